import { linearScale } from "./scale.ts";

const WIDTH = 160;
const HEIGHT = 34;
const PADDING = 3;

type Props = { readonly values: readonly (number | null)[]; readonly label: string };

/** How a figure moved, without axes; periods without data leave a gap. */
export function Sparkline({ values, label }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const x = linearScale([0, values.length - 1], [PADDING, WIDTH - PADDING]);
  const y = linearScale([0, Math.max(...known) || 1], [HEIGHT - PADDING, PADDING]);
  const last = values.findLastIndex((value) => value !== null);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {segmentsOf(values).map((segment) => (
        <polyline
          key={segment[0]}
          points={segment.map((index) => `${x(index)},${y(values[index] ?? 0)}`).join(" ")}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={1.5}
          vectorEffect="non-scaling-stroke"
        />
      ))}
      <circle cx={x(last)} cy={y(values[last] ?? 0)} r={2.5} fill="var(--accent)" />
    </svg>
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
