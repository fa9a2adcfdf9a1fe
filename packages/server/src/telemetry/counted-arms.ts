import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import { ArmAccumulator } from "./arm-accumulator.ts";
import { HistoryRing } from "./history-ring.ts";
import { TrafficRing } from "./traffic-ring.ts";

/**
 * Arms counted at a time: environment × flag × variant × source. At 9 kB to count, 2 kB of minutes and up to 7 kB of history each,
 * the usual case is 36 MB, and the worst, where each ten seconds have every latency from 1 µs to an hour, 90 MB; 200 flags of two variants seen by spans in two environments are 800.
 */
export const COUNTED_ARMS_MAX = 2_000;

/** What names an arm: whose counts these are. */
export type ArmKey = {
  readonly environment: string;
  readonly flag: string;
  readonly variant: string;
  readonly source: TelemetrySource;
};

/** Counts of one arm on their way to the judge. */
export type Arrival = ArmKey & { readonly counts: ArmCounts };

export type CountedArm = ArmKey & {
  readonly now: ArmAccumulator;
  readonly history: HistoryRing;
  readonly traffic: TrafficRing;
  /** Which of the ten seconds between two writes of the history is this arm's: spreads the work. */
  readonly turn: number;
  lastMs: number;
  /** When the rollout that watches it started; 0: none does. */
  watchedSinceMs: number;
  /** Something arrived since the history was last written. */
  isHistoryDue: boolean;
};

/** By `environment/flag`: when the rollout started that is judged now, milliseconds since the epoch. */
export type WatchedPairs = ReadonlyMap<string, number>;

/**
 * Exporters send in batches, every 5 s unless told otherwise, and try again for up to a minute. For so long after a
 * rollout's start, requests that ended before it still arrive; later, an early time is a clock that is wrong.
 */
const LATE_TELEMETRY_MS = 60_000;

/** How far this node's clock may be behind the one that started the rollout. Further: a clock was set back, and no time tells what is from before. */
const CLOCKS_APART_MAX_MS = 5_000;

/**
 * Whether a request ended before the rollout that watches its arm: it was served by what stood there then, so it is no
 * evidence for or against the new candidate. Both arms are cut alike, which keeps the tests valid.
 *
 * @param endedMs by the sender's clock; `NaN` when not told, which is never before
 */
export function isFromBefore(arm: CountedArm, endedMs: number, nowMs: number): boolean {
  const sinceStartMs = nowMs - arm.watchedSinceMs;
  const isJustStarted = sinceStartMs > -CLOCKS_APART_MAX_MS && sinceStartMs < LATE_TELEMETRY_MS;
  return isJustStarted && endedMs < arm.watchedSinceMs;
}

/** `environment/flag`, as the watched flags are named. Neither key may contain a slash. */
export function pairOf(key: { readonly environment: string; readonly flag: string }): string {
  return `${key.environment}/${key.flag}`;
}

/** The variant stands last: it may contain any character, the others no slash. */
export function armName(key: ArmKey): string {
  return `${key.environment}/${key.flag}/${key.source}/${key.variant}`;
}

export class CountedArms {
  readonly #arms = new Map<string, CountedArm>();
  #watchedSinceMs: WatchedPairs = new Map();
  #nextTurn = 0;

  /** @returns `undefined` when the table is full */
  open(key: ArmKey, nowMs: number): CountedArm | undefined {
    const name = armName(key);
    const known = this.#arms.get(name);
    if (known) return known;
    if (this.#arms.size >= COUNTED_ARMS_MAX) return undefined;
    const arm: CountedArm = {
      ...key,
      now: new ArmAccumulator(),
      history: new HistoryRing(nowMs),
      traffic: new TrafficRing(),
      turn: this.#nextTurn,
      lastMs: nowMs,
      watchedSinceMs: this.#watchedSinceMs.get(pairOf(key)) ?? 0,
      isHistoryDue: false,
    };
    this.#nextTurn = (this.#nextTurn + 1) % 10;
    this.#arms.set(name, arm);
    return arm;
  }

  /**
   * Which flags have a rollout that is judged, and since when.
   *
   * @returns the arms whose rollout is another than before: what they hold is from before it
   */
  watch(pairs: WatchedPairs): CountedArm[] {
    this.#watchedSinceMs = pairs;
    const changed: CountedArm[] = [];
    for (const arm of this.#arms.values()) {
      const since = pairs.get(pairOf(arm)) ?? 0;
      if (since !== 0 && since !== arm.watchedSinceMs) changed.push(arm);
      arm.watchedSinceMs = since;
    }
    return changed;
  }

  all(): Iterable<CountedArm> {
    return this.#arms.values();
  }

  size(): number {
    return this.#arms.size;
  }

  forget(arm: CountedArm): void {
    this.#arms.delete(armName(arm));
  }
}
