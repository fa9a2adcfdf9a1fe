import type { ArmReading, Rollout, SignalReading } from "../api/types.ts";
import { formatCount, formatDuration, formatMilliseconds, formatOdds, formatPercent } from "../ui/format.ts";
import { RatioBand } from "../ui/ratio-band.tsx";
import { movementOf } from "./rollout-phase.ts";
import classes from "./signal-table.module.css";

/** A source is late when nothing came for this many of its usual gaps (and not below the seconds given). */
const LATE_GAPS = 3;
const LATE_SECONDS = 5;

type Props = {
  readonly flag: string;
  readonly movement: Pick<Rollout, "baseline" | "candidate">;
  readonly signals: readonly SignalReading[];
};

/** Each signal with what both arms show, what is not ruled out, and its evidence. */
export function SignalTable({ flag, movement, signals }: Props) {
  const { from, to } = movementOf(movement);
  if (signals.length === 0) return null;
  return (
    <table className={classes.table}>
      <caption className={classes.spoken}>Signals of {flag}</caption>
      <thead>
        <tr>
          <th scope="col">Signal</th>
          <th scope="col">
            <span className={classes.arm} data-arm="baseline" aria-hidden /> {from}
            <span className={classes.role}> baseline</span>
          </th>
          <th scope="col">
            <span className={classes.arm} data-arm="candidate" aria-hidden /> {to}
            <span className={classes.role}> candidate</span>
          </th>
          <th scope="col" className={classes.wide}>
            Ratio not ruled out
          </th>
          <th scope="col" className={classes.wide}>
            Evidence
          </th>
        </tr>
      </thead>
      <tbody>
        {signals.map((signal) => (
          <SignalRow key={signal.name} signal={signal} />
        ))}
      </tbody>
    </table>
  );
}

function SignalRow({ signal }: { signal: SignalReading }) {
  return (
    <tr>
      <th scope="row">
        {signal.name}
        <span className={classes.note}>{kindOf(signal)}</span>
        <span className={`${classes.note} ${classes.narrow}`}>{formatOdds(signal.logEvidence)}</span>
        <Lateness signal={signal} />
      </th>
      <td>
        <Arm reading={signal.baseline} kind={signal.kind} />
      </td>
      <td>
        <Arm reading={signal.candidate} kind={signal.kind} />
      </td>
      <td className={classes.wide}>
        {signal.band ? <RatioBand {...signal.band} /> : <span className={classes.note}>{whyNoBand(signal)}</span>}
      </td>
      <td className={classes.wide}>
        <span className={classes.figure}>{formatOdds(signal.logEvidence)}</span>
        <span className={classes.note}>weight {formatPercent(signal.weight)}</span>
      </td>
    </tr>
  );
}

function Arm({ reading, kind }: { reading: ArmReading; kind: SignalReading["kind"] }) {
  if (kind === "latency") {
    if (!reading.latencyMs) return <Nothing />;
    return (
      <>
        <span className={classes.figure}>{formatMilliseconds(reading.latencyMs.p95)}</span>
        <span className={classes.note}>p95 · p50 {formatMilliseconds(reading.latencyMs.p50)}</span>
      </>
    );
  }
  if (reading.requests === 0) return <Nothing />;
  return (
    <>
      <span className={classes.figure}>
        {kind === "event-count" ? formatCount(reading.failures) : formatPercent(reading.failureRate ?? 0)}
      </span>
      <span className={classes.note}>
        {kind === "event-count" ? "in" : `${formatCount(reading.failures)} of`} {formatCount(reading.requests)}
      </span>
    </>
  );
}

function Nothing() {
  return <span className={classes.note}>nothing yet</span>;
}

function Lateness({ signal }: { signal: SignalReading }) {
  if (signal.silentSeconds === null) return <span className={classes.late}>no telemetry yet</span>;
  const isLate = signal.silentSeconds > Math.max(LATE_SECONDS, LATE_GAPS * signal.cadenceSeconds);
  return isLate && <span className={classes.late}>silent for {formatDuration(signal.silentSeconds)}</span>;
}

function whyNoBand({ kind, baseline, candidate }: SignalReading): string {
  if (kind !== "failure-rate") return "–";
  return baseline.failures + candidate.failures === 0 ? "no failure to compare" : "too few to say";
}

function kindOf(signal: SignalReading): string {
  const kinds = { "failure-rate": "failure rate", latency: "latency", "event-count": "events" } as const;
  return `${kinds[signal.kind]} from ${signal.source}`;
}
