import { field } from "../api/read-message.ts";

/** Counts of one arm in one tick. */
export type ArmTick = { readonly requests: number; readonly failures: number };
export type RecordPoint = { readonly atMs: number; readonly baseline: ArmTick; readonly candidate: ArmTick };
export type EvidencePoint = { readonly atMs: number; readonly logEvidence: number };

/** A tick with what the guard concluded from it. */
export type JudgedTick = { readonly tick: unknown; readonly logEvidence: number };

/** A rate of single seconds jumps between 0 and 1 at small traffic; this many ticks together can be read. */
export const RATE_WINDOW_TICKS = 10;

/** Reads a tick of the guard's record, whose shape is the guard's own; what is not a tick is passed over. */
export function readRecordPoint(tick: unknown, source: string): RecordPoint | undefined {
  const atMs = field(tick, "atMs");
  if (typeof atMs !== "number") return undefined;
  const counts = field(field(tick, "counts"), source);
  return { atMs, baseline: readArm(field(counts, "baseline")), candidate: readArm(field(counts, "candidate")) };
}

/**
 * The evidence of each judged second, as one line.
 *
 * @param newest what the stream said last: drawn at once, although the record is read again only every other second
 */
export function evidenceLine(ticks: readonly JudgedTick[], newest: EvidencePoint | undefined): EvidencePoint[] {
  const points: EvidencePoint[] = [];
  for (const { tick, logEvidence } of ticks) {
    const atMs = field(tick, "atMs");
    if (typeof atMs === "number") points.push({ atMs, logEvidence });
  }
  if (newest && newest.atMs > (points.at(-1)?.atMs ?? 0)) points.push(newest);
  return points;
}

function readArm(arm: unknown): ArmTick {
  const requests = field(arm, "requests");
  const failures = field(arm, "failures");
  return {
    requests: typeof requests === "number" ? requests : 0,
    failures: typeof failures === "number" ? failures : 0,
  };
}

/** Failure rates of both arms over a sliding window of ticks, in percent; `null` where nothing was asked. */
export function failureRates(points: readonly RecordPoint[]): {
  baseline: (number | null)[];
  candidate: (number | null)[];
} {
  return {
    baseline: slidingRate(points.map((point) => point.baseline)),
    candidate: slidingRate(points.map((point) => point.candidate)),
  };
}

function slidingRate(ticks: readonly ArmTick[]): (number | null)[] {
  let requests = 0;
  let failures = 0;
  return ticks.map((tick, index) => {
    const leaving = ticks[index - RATE_WINDOW_TICKS];
    requests += tick.requests - (leaving?.requests ?? 0);
    failures += tick.failures - (leaving?.failures ?? 0);
    return requests > 0 ? (failures / requests) * 100 : null;
  });
}
