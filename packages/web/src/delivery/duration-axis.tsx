import { formatSpan } from "./figures.ts";
import { durationTicks, type Scale } from "./scale.ts";

type Props = {
  /** Milliseconds: the least and the most. */
  readonly range: readonly [number, number];
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
};

/** Lines across a chart at round durations, named at its left. */
export function DurationAxis({ range, y, left, right }: Props) {
  return durationTicks(range, y).map((tick) => (
    <g key={tick}>
      <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
      <text x={left - 6} y={y(tick) + 4} textAnchor="end">
        {formatSpan(tick)}
      </text>
    </g>
  ));
}
