import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Rollout } from "../api/types.ts";
import { formatCount, formatDuration, formatOdds, formatPercent } from "../ui/format.ts";
import { type ChartSeries, TimeChart } from "../ui/time-chart.tsx";
import { evidenceLine, failureRates, type JudgedTick, RATE_WINDOW_TICKS, readRecordPoint } from "./record.ts";
import classes from "./rollout-charts.module.css";
import { movementOf } from "./rollout-phase.ts";
import { RECORD_TICKS_SHOWN_MAX, recordQuery } from "./rollout-queries.ts";

/** How often a live chart asks for the ticks it has not seen. */
const RECORD_REFRESH_MS = 2_000;

/** Above this it says "beyond doubt" all the same; the lines below it stay apart. */
const EVIDENCE_SHOWN_MAX = 1e7;

const compactFormat = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const NO_TICKS: readonly JudgedTick[] = [];

/** Below this the evidence is drawn at the edge: it says "none" all the same. */
const EVIDENCE_SHOWN_MIN = 0.1;

/** The rollout's last hour: how the evidence grew, and what both arms did. */
export function RolloutCharts({ rollout, isLive }: { rollout: Rollout; isLive: boolean }) {
  const queryClient = useQueryClient();
  const knownTick = rollout.decision?.tick ?? 0;
  const record = useQuery({
    ...recordQuery(queryClient, rollout.id, knownTick),
    enabled: knownTick > 0,
    refetchInterval: isLive ? RECORD_REFRESH_MS : false,
  });
  const ticks = record.data?.ticks ?? NO_TICKS;
  return (
    <section className={classes.charts} aria-label="Charts">
      <EvidenceChart rollout={rollout} ticks={ticks} />
      <div>
        <FailureRateChart rollout={rollout} ticks={ticks} />
        <p className={classes.note}>
          Over {RATE_WINDOW_TICKS} s each
          {knownTick > RECORD_TICKS_SHOWN_MAX && `; the last ${formatDuration(RECORD_TICKS_SHOWN_MAX)}`}
          {record.isError && `. The record could not be read: ${record.error.message}`}
        </p>
      </div>
    </section>
  );
}

type ChartProps = { readonly rollout: Rollout; readonly ticks: readonly JudgedTick[] };

function EvidenceChart({ rollout, ticks }: ChartProps) {
  const line = 1 / rollout.guard.alpha;
  const { decision } = rollout;
  const points = useMemo(() => {
    const newest = decision ? { atMs: Date.parse(decision.at), logEvidence: decision.logEvidence } : undefined;
    return evidenceLine(ticks, newest);
  }, [ticks, decision]);
  const last = points.at(-1);
  return (
    <TimeChart
      title="Evidence that the candidate is worse"
      description={`Evidence over time. ${last ? `Now ${formatOdds(last.logEvidence)}` : "None yet"}; taken back at ${formatCount(line)} : 1.`}
      times={points.map((point) => point.atMs / 1_000)}
      series={[
        {
          label: "Evidence",
          color: "--candidate-arm",
          values: points.map((point) => shownEvidence(point.logEvidence)),
        },
      ]}
      scale="log"
      range={(_min, max) => [EVIDENCE_SHOWN_MIN, Math.max(line * 10, 10 ** Math.ceil(Math.log10(Math.max(max, 1))))]}
      format={(value) => (value < 10 ? `${Number(value.toPrecision(2))} : 1` : formatOdds(Math.log(value)))}
      formatTick={(value) => `${compactFormat.format(value)} : 1`}
      line={{ value: line, label: `${formatCount(line)} : 1 takes it back` }}
    />
  );
}

function shownEvidence(logEvidence: number): number {
  return Math.min(EVIDENCE_SHOWN_MAX, Math.max(EVIDENCE_SHOWN_MIN, Math.exp(Math.min(logEvidence, 700))));
}

function FailureRateChart({ rollout, ticks }: ChartProps) {
  const signal = rollout.guard.signals.find((each) => each.kind === "failure-rate") ?? rollout.guard.signals[0];
  const source = signal?.source ?? "spans";
  const points = useMemo(
    () => ticks.map(({ tick }) => readRecordPoint(tick, source)).filter((point) => point !== undefined),
    [ticks, source],
  );
  const rates = useMemo(() => failureRates(points), [points]);
  const { from, to } = movementOf(rollout);
  const percent = (value: number | null | undefined) =>
    typeof value === "number" ? formatPercent(value / 100) : "none";
  const series: ChartSeries[] = [
    { label: `${from} (baseline)`, color: "--baseline-arm", isDashed: true, values: rates.baseline },
    { label: `${to} (candidate)`, color: "--candidate-arm", values: rates.candidate },
  ];
  return (
    <TimeChart
      title="Failure rate"
      description={`Failure rate over time. Last: baseline ${percent(rates.baseline.at(-1))}, candidate ${percent(rates.candidate.at(-1))}.`}
      times={points.map((point) => point.atMs / 1_000)}
      series={series}
      scale="linear"
      range={(_min, max) => [0, Math.min(104, Math.max(1, max * 1.15))]}
      format={(value) => formatPercent(value / 100)}
    />
  );
}
