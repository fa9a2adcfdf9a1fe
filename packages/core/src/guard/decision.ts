import type { TelemetrySource, TickCounts } from "./counts.ts";
import type { GuardSignal } from "./plan.ts";

/** One tick as it is judged and stored: with the plan, all that a verdict depends on. */
export type GuardTick = {
  /** 1, 2, 3 … without gaps within a rollout. */
  readonly tick: number;
  /** When the tick was judged, milliseconds since the epoch: told to the guard, never read from a clock. */
  readonly atMs: number;
  /** Index into the plan's stages; the last one (share 1) has no concurrent control. */
  readonly stage: number;
  /** When the stage was entered (or resumed after a pause, for its floor). */
  readonly stageSinceMs: number;
  /** The share published for this tick, 0..1. */
  readonly share: number;
  readonly isPaused: boolean;
  readonly counts: TickCounts;
};

export type Verdict = "advance" | "wait" | "hold" | "freeze" | "roll-back";

/** Why, in a word that scripts may compare: a signal's name in `signal:` form, or one of these. */
export type DecisionCause =
  | `signal:${string}`
  | "combined-evidence"
  | "telemetry-missing"
  | "candidate-silent"
  | "share-mismatch"
  | "gross-break"
  | "too-little-traffic"
  | "gate-met"
  | "gathering-evidence"
  | "floor-not-passed"
  | "paused"
  | "last-stage";

export type LatencyQuantiles = { readonly p50: number; readonly p95: number; readonly p99: number };

export type ArmReading = {
  readonly requests: number;
  readonly failures: number;
  /** 0..1; `null` before the first request. */
  readonly failureRate: number | null;
  /** Milliseconds; `null` where the signal carries no latency. */
  readonly latencyMs: LatencyQuantiles | null;
};

/** One signal at one moment: what the page and the CLI show. */
export type SignalReading = {
  readonly name: string;
  readonly kind: GuardSignal["kind"];
  readonly source: TelemetrySource;
  readonly weight: number;
  /** ln of the signal's evidence E (finite). */
  readonly logEvidence: number;
  /** Since the rollout's first share stage. */
  readonly baseline: ArmReading;
  readonly candidate: ArmReading;
  /** The ratio of failure rates not ruled out at 1−α; `null` for latency or without data. */
  readonly band: { readonly low: number; readonly high: number } | null;
  /** φ, ≥ 1. */
  readonly designEffect: number;
  /** The smallest rise of the failure rate that the exposure so far would have caught, absolute 0..1. */
  readonly smallestRegressionCaught: number | null;
  /** Seconds since the source last reported; `null`: never. */
  readonly silentSeconds: number | null;
  /** The source's usual gap between reports, seconds. */
  readonly cadenceSeconds: number;
};

export type GateProgress = {
  /** Requests (both arms) this stage has, and needs, for its promise; `null`: the stage promises nothing. */
  readonly exposure: number;
  readonly neededExposure: number | null;
  /** The signal that is furthest from its gate, whose figures these are; `null`: the stage promises nothing. */
  readonly signal: string | null;
  readonly floorSecondsLeft: number;
  /** `null`: cannot be told yet (no traffic). */
  readonly projectedSeconds: number | null;
};

export type ShadowReading = {
  /** Pretend canaries judged on the baseline's own healthy traffic. */
  readonly canaries: number;
  readonly falseAlarms: number;
  /** The largest ln evidence any of them reached. */
  readonly maxLogEvidence: number;
};

export type Decision = {
  readonly verdict: Verdict;
  readonly cause: DecisionCause;
  /** One plain sentence with the figures it rests on. */
  readonly sentence: string;
  readonly tick: number;
  readonly atMs: number;
  readonly stage: number;
  readonly share: number;
  /** ln Σ vE (finite); `evidence` is e to it, clamped to 1e300, 1,000 at α = 0.001 means roll back. */
  readonly logEvidence: number;
  readonly evidence: number;
  /** True on the tick at which a silence became long enough to tell someone. */
  readonly isNotified: boolean;
  /** True from that tick on, until the source reports again; absent in decisions from before it was kept. */
  readonly isSilenceTold?: boolean;
  readonly signals: readonly SignalReading[];
  readonly gate: GateProgress;
  readonly shadow: ShadowReading | null;
};
