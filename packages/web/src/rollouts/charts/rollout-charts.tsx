import { useNavigate, useSearch } from "@tanstack/react-router";
import { memo, type ReactNode, useMemo, useState } from "react";
import type { Rollout, RolloutSeries } from "../../api/types.ts";
import type { ChartHandlers } from "../../ui/chart/chart-options.ts";
import type { ChartMark, ChartSpec } from "../../ui/chart/chart-spec.ts";
import { TimeChart } from "../../ui/chart/time-chart.tsx";
import { formatClock, formatDuration, formatExactTime } from "../../ui/format.ts";
import { SpanBrush } from "../../ui/span-brush.tsx";
import type { TimeSpan } from "../../ui/time-span.ts";
import {
  bandSpec,
  evidenceSpec,
  exposureSpec,
  failureRateSpec,
  latencySpec,
  RATE_WINDOW_SECONDS,
  timesOf,
} from "./chart-specs.ts";
import { ChartToolbar } from "./chart-toolbar.tsx";
import type { ChartRange, ChartView } from "./chart-view.ts";
import { ExposureNote } from "./exposure-note.tsx";
import { judgedSpan } from "./judged-span.ts";
import { PercentileChoice } from "./percentile-choice.tsx";
import classes from "./rollout-charts.module.css";
import { useSeries } from "./use-series.ts";

type Props = { readonly rollout: Rollout; readonly isLive: boolean; readonly marks: readonly ChartMark[] };

/** A view that was stopped: what it showed, and when. */
type Frozen = { readonly series: RolloutSeries; readonly atMs: number };

/** How the evidence grew, what is not ruled out, what both arms did, and how far each stage came. */
export const RolloutCharts = memo(function RolloutCharts({ rollout, isLive, marks }: Props) {
  const view = useSearch({ from: "/signed-in/rollouts/$rolloutId" });
  const navigate = useNavigate();
  const [frozen, setFrozen] = useState<Frozen>();
  const range = rangeOf(view);
  const live = useSeries(rollout, range, isLive);
  const series = frozen?.series ?? live.data;
  const whole = judgedSpan(rollout, series);

  const show = (change: ChartView) =>
    void navigate({
      from: "/rollouts/$rolloutId",
      to: ".",
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  const showRange = ({ from, to, last }: ChartRange) => {
    setFrozen(undefined);
    show({ from, to, last });
  };
  const handlers: ChartHandlers = {
    onBrush: (from, to) => showRange({ from: Math.floor(from), to: Math.max(Math.ceil(to), Math.floor(from) + 1) }),
    onReset: () => showRange({}),
  };
  return (
    <section className={classes.charts} aria-label="Charts" data-testid="charts">
      <ChartToolbar
        isLive={isLive}
        range={range}
        onRange={showRange}
        frozenAtMs={frozen?.atMs}
        onFreeze={() => setFrozen(frozen || !live.data ? undefined : { series: live.data, atMs: Date.now() })}
        fault={live.error?.message}
      />
      {whole && series && (
        <SpanBrush
          label="Span of time that the charts show"
          whole={whole}
          chosen={chosenOf(range, whole)}
          onChoose={(span) => showRange(span ?? {})}
          format={whole.to - whole.from > DAY_SECONDS ? formatMoment : (seconds) => formatClock(seconds * 1_000)}
          ticks={[...new Set(marks.map(({ at }) => at))].filter((at) => whole.from < at && at < whole.to)}
        />
      )}
      {series && series.points.tick.length > 0 ? (
        <Charts
          rollout={rollout}
          series={series}
          marks={marks}
          span={range.from !== undefined && range.to !== undefined ? [range.from, range.to] : undefined}
          percentile={view.percentile ?? "p95"}
          onPercentile={(percentile) => show({ percentile: percentile === "p95" ? undefined : percentile })}
          handlers={handlers}
        />
      ) : (
        <p className={classes.empty}>{emptyText(rollout, series, range)}</p>
      )}
    </section>
  );
});

function emptyText(rollout: Rollout, series: RolloutSeries | undefined, range: ChartRange): string {
  if (!series) return "Loading what was judged …";
  if (range.from !== undefined) return "Nothing was judged in this span of time. Show the whole again.";
  const { ticksKeptUntil } = series;
  if (ticksKeptUntil !== null && Date.parse(ticksKeptUntil) < Date.now())
    return `The counts of this rollout were kept until ${formatExactTime(Date.parse(ticksKeptUntil))}. What was decided stands below.`;
  return rollout.endedAt === null ? "The first judged second will stand here." : "It ended before anything was judged.";
}

type ChartsProps = {
  readonly rollout: Rollout;
  readonly series: RolloutSeries;
  readonly marks: readonly ChartMark[];
  readonly span: readonly [number, number] | undefined;
  readonly percentile: NonNullable<ChartView["percentile"]>;
  readonly onPercentile: (percentile: NonNullable<ChartView["percentile"]>) => void;
  readonly handlers: ChartHandlers;
};

function Charts({ rollout, series, marks, span, percentile, onPercentile, handlers }: ChartsProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rollout is new each second, what is drawn of it is not
  const specs = useMemo(() => {
    const shared = { rollout, series, times: timesOf(series), marks, span };
    return {
      evidence: evidenceSpec(shared),
      band: bandSpec(shared),
      failures: failureRateSpec(shared),
      latency: latencySpec(shared, percentile),
      exposure: exposureSpec(shared),
    };
  }, [series, marks, span?.[0], span?.[1], percentile, rollout.id]);
  const window = Math.max(RATE_WINDOW_SECONDS, series.stepSeconds);
  const chart = (spec: ChartSpec, note?: ReactNode, choice?: ReactNode) => (
    <TimeChart spec={spec} handlers={handlers} choice={choice}>
      {note && <p className={classes.note}>{note}</p>}
    </TimeChart>
  );
  return (
    <div className={classes.grid}>
      <div className={classes.wide}>{chart(specs.evidence)}</div>
      {specs.band &&
        chart(
          specs.band,
          "Between the lines lies what the counts do not rule out. Above 1 the candidate fails more often.",
        )}
      {chart(specs.failures, `Each over ${formatDuration(window)}.`)}
      {specs.latency &&
        chart(
          specs.latency,
          `Each over ${formatDuration(Math.max(30, series.stepSeconds))}. A gap: too few requests to tell.`,
          <PercentileChoice value={percentile} onChange={onPercentile} />,
        )}
      {chart(specs.exposure, <ExposureNote rollout={rollout} series={series} />)}
    </div>
  );
}

const DAY_SECONDS = 86_400;

function formatMoment(seconds: number): string {
  return formatExactTime(seconds * 1_000);
}

function chosenOf({ from, to, last }: ChartRange, whole: TimeSpan): TimeSpan | undefined {
  if (from !== undefined && to !== undefined) return { from, to };
  return last === undefined ? undefined : { from: Math.max(whole.from, whole.to - last), to: whole.to };
}

function rangeOf({ from, to, last }: ChartView): ChartRange {
  if (from !== undefined && to !== undefined) return { from, to };
  return last === undefined ? {} : { last };
}
