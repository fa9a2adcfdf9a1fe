import type { DeliveryReport, MeasuredChange } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { DurationAxis } from "./duration-axis.tsx";
import { formatSpan, MEDIAN_N_MIN } from "./figures.ts";
import { heldText } from "./held.ts";
import { type Mark, Marks } from "./marks.tsx";
import { type HrefOf, useOpenHref } from "./open-link.tsx";
import { TooFew } from "./panel.tsx";
import { formatDay, linearScale, logScale, thinned, timeTicks } from "./scale.ts";

const HEIGHT = 260;
const LEFT = 44;
const BOTTOM = 22;
const RIGHT = 40;
const TICK_PIXELS = 90;
const LINES = [0.5, 0.85, 0.9] as const;

const POINTS_MAX = 1_500;

/** Every change by when it was shipped and how long it took, on a logarithm, with p50, p85 and p90. */
export function LeadTimeScatter({ report }: { report: DeliveryReport }) {
  const { changes, totals, window } = report;
  const hrefOf = useOpenHref();
  const known = changes.flatMap((change) => (change.leadMs === null ? [] : [{ change, leadMs: change.leadMs }]));
  if (known.length < MEDIAN_N_MIN) {
    return <TooFew title="Lead times">{countOf(known.length, "change")} with a lead time.</TooFew>;
  }
  const { drawn, oneOf } = thinned(known, POINTS_MAX);
  const sorted = known.map((each) => each.leadMs).sort((a, b) => a - b);
  const lines = LINES.map((p) => ({ p, ms: percentile(sorted, p) }));
  const range = [Math.max(60_000, sorted[0] ?? 0), Math.max(120_000, sorted.at(-1) ?? 0)] as const;
  return (
    <ChartFrame
      title="Lead times"
      note={`${countOf(known.length, known[0]?.change.unit ?? "change")}${changes.length < totals.changes ? `, among ${heldText(changes.length, totals.changes, "change")}` : ""}${oneOf > 1 ? `; drawn is one in ${oneOf}` : ""}`}
      height={HEIGHT}
      description={lines.map(({ p, ms }) => `p${p * 100}: ${formatSpan(ms)}`).join("; ")}
    >
      {(width) => {
        const x = linearScale([window.fromMs, window.toMs], [LEFT, width - RIGHT]);
        const y = logScale(range, [HEIGHT - BOTTOM - 4, 8]);
        return (
          <>
            <g aria-hidden>
              <DurationAxis range={range} y={y} left={LEFT} right={width - RIGHT} />
              {timeTicks([window.fromMs, window.toMs], Math.max(2, Math.floor((width - LEFT) / TICK_PIXELS))).map(
                (tick) => (
                  <text key={tick} x={x(tick)} y={HEIGHT - 4} textAnchor="middle">
                    {formatDay(tick)}
                  </text>
                ),
              )}
            </g>
            <Marks
              marks={drawn.map(({ change, leadMs }) =>
                pointMark(change, leadMs, [x(change.shippedAtMs), y(leadMs)], hrefOf),
              )}
            />
            <g aria-hidden pointerEvents="none">
              {lines.map(({ p, ms }, index) => (
                <g key={p}>
                  <line
                    x1={LEFT}
                    x2={width - RIGHT}
                    y1={y(ms)}
                    y2={y(ms)}
                    stroke="var(--text)"
                    strokeDasharray={["", "6 4", "2 3"][index]}
                  />
                  <text x={width - RIGHT + 5} y={y(ms) + (p === 0.85 ? 10 : p === 0.9 ? -1 : 4)}>
                    p{p * 100}
                  </text>
                </g>
              ))}
            </g>
          </>
        );
      }}
    </ChartFrame>
  );
}

function pointMark(change: MeasuredChange, leadMs: number, [cx, cy]: readonly [number, number], hrefOf: HrefOf): Mark {
  const { id, title, author, shippedAtMs } = change;
  return {
    ...{ key: id, at: shippedAtMs, href: hrefOf(`change:${id}`) },
    text: `${title || id}\n${author.replace(/ <.*>$/, "")}, ${formatSpan(leadMs)}, shipped ${formatExactTime(shippedAtMs)}`,
    drawing: (
      <circle {...{ cx, cy, r: 3.2, fill: "var(--candidate-arm)", fillOpacity: 0.55 }} data-testid="lead-time" />
    ),
  };
}

/** Linear between closest ranks, as every percentile of the report. */
function percentile(sorted: readonly number[], p: number): number {
  const rank = p * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}
