import type { DeliveryReport, MeasuredChange } from "../api/types.ts";
import { countOf, formatCount } from "../ui/format.ts";
import { ChartFrame } from "./chart-frame.tsx";
import { DataTable, Quiet } from "./data-table.tsx";
import { DurationAxis } from "./duration-axis.tsx";
import { formatSpan, MEDIAN_N_MIN } from "./figures.ts";
import { type Mark, Marks } from "./marks.tsx";
import { type HrefOf, OpenLink, useOpenHref } from "./open-link.tsx";
import { TooFew } from "./panel.tsx";
import { logScale, type Scale, thinned } from "./scale.ts";
import { linesText, openMs, smallAgainstLarge } from "./size-bins.ts";
import classes from "./size-scatter.module.css";
import { Span } from "./span.tsx";

const HEIGHT = 280;
const LEFT = 44;
const BOTTOM = 38;
const RIGHT = 12;
const LINES_TICKS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000] as const;
const POINTS_MAX = 1_500;
/** Under a minute there is nothing to tell apart: it was merged at once. */
const TIME_MIN_MS = 60_000;
const TITLE = "Small changes";

type Sizes = DeliveryReport["sizes"];
type Sized = { readonly change: MeasuredChange; readonly lines: number; readonly ms: number };

/** Size of each shipped pull request against the time it was open, both on a logarithm, with the median of each size. */
export function SizeScatter({ report: { sizes, changes } }: { report: DeliveryReport }) {
  const hrefOf = useOpenHref();
  if (sizes.n < MEDIAN_N_MIN) {
    return (
      <TooFew title={TITLE}>
        {countOf(sizes.n, "pull request")} with a known size {sizes.n === 1 ? "was" : "were"} shipped in this time
        {sizes.left > 0 && `, and ${formatCount(sizes.left)} without`}. GitHub tells sizes, and CDEvents can; GitLab by{" "}
        <code>steadfast delivery import gitlab</code>, not by webhook.
      </TooFew>
    );
  }
  const points = pointsOf(changes);
  const { drawn, oneOf } = thinned(points, POINTS_MAX);
  const linesMost = points.reduce((most, { lines }) => Math.max(most, lines), 10);
  const longest = points.reduce((most, { ms }) => Math.max(most, ms), 10 * TIME_MIN_MS);
  const shortest = points.reduce((least, { ms }) => Math.min(least, ms), longest);
  const time = [Math.max(TIME_MIN_MS, shortest), longest] as const;
  return (
    <div className={classes.pair}>
      <ChartFrame
        title={TITLE}
        note={noteOf(sizes, points.length, oneOf)}
        height={HEIGHT}
        description={`Size against time open. ${sentenceOf(sizes)}`}
        legend={
          <>
            <span>
              <svg width={12} height={12} aria-hidden>
                <circle cx={6} cy={6} r={3.2} fill="var(--candidate-arm)" fillOpacity={0.55} />
              </svg>
              a pull request
            </span>
            <span>
              <svg width={18} height={12} aria-hidden>
                <line x1={0} x2={18} y1={6} y2={6} stroke="var(--text)" strokeWidth={2.5} />
              </svg>
              median of its size
            </span>
          </>
        }
      >
        {(width) => {
          const x = logScale([1, linesMost], [LEFT + 6, width - RIGHT]);
          const y = logScale(time, [HEIGHT - BOTTOM - 4, 8]);
          return (
            <>
              <g aria-hidden>
                <Axes x={x} y={y} width={width} linesMost={linesMost} time={time} />
              </g>
              <Marks marks={drawn.map((point) => pointMark(point, x, y, hrefOf))} />
              <g aria-hidden pointerEvents="none">
                <Medians sizes={sizes} x={x} y={y} linesMost={linesMost} />
              </g>
            </>
          );
        }}
      </ChartFrame>
      <SizeTable sizes={sizes} />
    </div>
  );
}

function pointsOf(changes: readonly MeasuredChange[]): Sized[] {
  return changes.flatMap((change) => {
    const ms = openMs(change.stagesMs);
    if (change.unit !== "pull request" || change.linesChanged === null || ms === null) return [];
    return [{ change, lines: Math.max(1, change.linesChanged), ms }];
  });
}

function noteOf(sizes: Sizes, known: number, oneOf: number): string {
  const left =
    sizes.left > 0
      ? `; ${formatCount(sizes.left)} without a known size ${sizes.left === 1 ? "is" : "are"} left out`
      : "";
  const newest = known < sizes.n ? `the newest ${formatCount(known)}` : "";
  const oneIn = oneOf > 1 ? `one in ${oneOf}` : "";
  const drawn = [oneIn, newest].filter(Boolean).join(" of ");
  const most = drawn === "" ? "" : `; drawn ${oneIn === "" ? "are" : "is"} ${drawn}`;
  return `Lines changed of ${countOf(sizes.n, "pull request")} against the time from opened to merged${left}${most}. ${sentenceOf(sizes)}`;
}

function sentenceOf(sizes: Sizes): string {
  const ends = smallAgainstLarge(sizes);
  if (ends === null) return "Too few of different sizes to compare them.";
  const { small, large } = ends;
  return `Those of ${linesText(small.bin)} lines took ${formatSpan(small.medianMs)} (median), those of ${linesText(large.bin)} ${formatSpan(large.medianMs)}.`;
}

type AxesProps = {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly linesMost: number;
  readonly time: readonly [number, number];
};

function Axes({ x, y, width, linesMost, time }: AxesProps) {
  return (
    <>
      <DurationAxis range={time} y={y} left={LEFT} right={width - RIGHT} />
      <line x1={LEFT} x2={width - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} stroke="var(--line-strong)" />
      {LINES_TICKS.filter((tick) => tick <= linesMost).map((tick) => (
        <text key={tick} x={x(tick)} y={HEIGHT - BOTTOM + 15} textAnchor="middle">
          {formatCount(tick)}
        </text>
      ))}
      <text x={LEFT + (width - LEFT) / 2} y={HEIGHT - 4} textAnchor="middle">
        lines added and removed
      </text>
    </>
  );
}

function pointMark({ change, lines, ms }: Sized, x: Scale, y: Scale, hrefOf: HrefOf): Mark {
  const { id, title, author, linesChanged } = change;
  return {
    ...{ key: id, at: lines, href: hrefOf(`change:${id}`) },
    text: `${title || id}\n${author}, ${countOf(linesChanged ?? 0, "line")}, open for ${formatSpan(ms)}`,
    drawing: (
      <circle
        {...{ cx: x(lines), cy: y(ms), r: 3.2, fill: "var(--candidate-arm)", fillOpacity: 0.55 }}
        data-testid="sized-change"
      />
    ),
  };
}

function Medians({ sizes, x, y, linesMost }: { sizes: Sizes; x: Scale; y: Scale; linesMost: number }) {
  return sizes.bins.map(
    ({ linesMin, linesMax, ms }) =>
      ms.median !== null &&
      ms.n >= MEDIAN_N_MIN && (
        <line
          key={linesMin}
          x1={x(Math.max(1, linesMin))}
          x2={x(Math.min(linesMax ?? linesMost, linesMost))}
          y1={y(ms.median)}
          y2={y(ms.median)}
          stroke="var(--text)"
          strokeWidth={2.5}
        />
      ),
  );
}

/** The same in figures, each of which opens its requests. */
function SizeTable({ sizes }: { sizes: Sizes }) {
  return (
    <div className={classes.table}>
      <DataTable label="Time open by size" columns={["Lines", "Median", "p90", "Of"]}>
        {sizes.bins
          .filter(({ ms }) => ms.n > 0)
          .map((bin) => (
            <tr key={bin.linesMin}>
              <th scope="row">{linesText(bin)}</th>
              <td>{bin.ms.n >= MEDIAN_N_MIN && bin.ms.median !== null ? <Span ms={bin.ms.median} /> : <Few />}</td>
              <td>{bin.ms.n >= 2 * MEDIAN_N_MIN && bin.ms.p90 !== null ? <Span ms={bin.ms.p90} /> : <Few />}</td>
              <td>
                <OpenLink
                  open={`lines:${bin.linesMin}`}
                  label={`${countOf(bin.ms.n, "request")} of ${linesText(bin)} lines. Show them`}
                >
                  {countOf(bin.ms.n, "request")}
                </OpenLink>
              </td>
            </tr>
          ))}
      </DataTable>
    </div>
  );
}

function Few() {
  return <Quiet>too few</Quiet>;
}
