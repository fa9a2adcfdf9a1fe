import { linearScale } from "./scale.ts";

const WIDTH = 160;
const HEIGHT = 34;
const PADDING = 3;
/** Fewer points are no line. */
const POINTS_MIN = 3;

type Props = {
  readonly values: readonly (number | null)[];
  readonly label: string;
  /** Indices from which on the level is another one. */
  readonly changes: readonly number[];
};

/** How a figure moved, without axes, from zero up; periods without data leave a gap, and a change of level has a mark. */
export function Sparkline({ values, label, changes }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < POINTS_MIN) return null;
  const x = linearScale([0, values.length - 1], [PADDING, WIDTH - PADDING]);
  const y = linearScale([0, Math.max(...known) || 1], [HEIGHT - PADDING, PADDING]);
  const last = values.findLastIndex((value) => value !== null);
  const dot = (index: number, size: number) => (
    <path
      key={`dot ${index}`}
      d={`M${x(index)},${y(values[index] ?? 0)}h0`}
      stroke="var(--accent)"
      strokeWidth={size}
      strokeLinecap="round"
      vectorEffect="non-scaling-stroke"
    />
  );
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <Rule from={[0, HEIGHT - 1]} to={[WIDTH, HEIGHT - 1]} color="var(--line)" />
      {changes.map((index) => (
        <Rule
          key={index}
          from={[x(index - 0.5), 0]}
          to={[x(index - 0.5), HEIGHT]}
          color="var(--text-quiet)"
          dashes="3 3"
        />
      ))}
      {segmentsOf(values).map((segment) =>
        segment.length === 1 ? (
          dot(segment[0] ?? 0, 3)
        ) : (
          <polyline
            key={segment[0]}
            points={segment.map((index) => `${x(index)},${y(values[index] ?? 0)}`).join(" ")}
            fill="none"
            stroke="var(--accent)"
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
          />
        ),
      )}
      {dot(last, 5.5)}
    </svg>
  );
}

type Place = readonly [x: number, y: number];
type RuleProps = { readonly from: Place; readonly to: Place; readonly color: string; readonly dashes?: string };

function Rule({ from, to, color, dashes }: RuleProps) {
  return (
    <line
      {...{ x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke: color, strokeDasharray: dashes }}
      vectorEffect="non-scaling-stroke"
    />
  );
}

/** Runs of indices that have values. */
function segmentsOf(values: readonly (number | null)[]): number[][] {
  const segments: number[][] = [];
  let open: number[] = [];
  for (const [index, value] of values.entries()) {
    if (value !== null) {
      if (open.length === 0) segments.push(open);
      open.push(index);
    } else if (open.length > 0) open = [];
  }
  return segments;
}
