import type { ArmCounts, TelemetrySource } from "./counts.ts";

/** How much worse a candidate may be before it counts as a regression. */
export type FailureTolerance = {
  /** ρ ≥ 1: the candidate's failure rate may be this multiple of the baseline's … */
  readonly ratio: number;
  /** ε in 0..1: … plus this. */
  readonly add: number;
};

type SignalCommon = {
  /** Unique in its rollout; shown to people. */
  readonly name: string;
  readonly source: TelemetrySource;
  /** Part of the rollout's α; the weights of a plan's signals sum to 1. */
  readonly weight: number;
};

/** Failures out of requests (or out of users, where the source reports them): test (a). */
export type FailureRateSignal = SignalCommon & {
  readonly kind: "failure-rate";
  readonly tolerance: FailureTolerance;
  /** "users" counts users with a failure out of users seen; the design effect is then 1. */
  readonly count: "requests" | "users";
};

/** Latency histograms: test (b). `ratio` is 1 + m: the candidate may be this much slower. */
export type LatencySignal = SignalCommon & { readonly kind: "latency"; readonly tolerance: { readonly ratio: number } };

/** Events (crashes, log errors) with exposure by requests: test (c). Counted in `failures`. */
export type EventCountSignal = SignalCommon & {
  readonly kind: "event-count";
  readonly tolerance: { readonly ratio: number };
};

export type GuardSignal = FailureRateSignal | LatencySignal | EventCountSignal;

/** A stage as the guard sees it. */
export type GuardStage = {
  /** Share of those who would get the default, 0..1. */
  readonly share: number;
  /** An audience stage compares different people: judged for gross breaks only, its evidence is not kept. */
  readonly isAudience: boolean;
  /** The regression this stage promises to catch: failure rate in absolute points 0..1; `null`: nothing promised. */
  readonly catches: { readonly failureRate: number } | null;
  readonly minSeconds: number;
};

/** Everything a verdict depends on but the counts. Fixed when the rollout starts, stored with it. */
export type GuardPlan = {
  /** α per rollout, 0..0.05. */
  readonly alpha: number;
  readonly signals: readonly GuardSignal[];
  readonly stages: readonly GuardStage[];
  /** Counts of the baseline from before the rollout: choose bets, cut points and φ; never decide. */
  readonly history: { readonly [source in TelemetrySource]?: ArmCounts };
  /** False when targeting rules or an audience put people into arms outside the share: mismatch cannot be judged. */
  readonly isShareChecked: boolean;
  readonly silence: SilencePlan;
  /** Projected time to a stage's gate above which the guard says there is too little traffic. */
  readonly maxProjectedSeconds: number;
  /** Planned length of all stages, in ticks of a second: spreads the restarts' prior. */
  readonly plannedTicks: number;
  /** How the stake is divided among the bets on failures and events; "even" when absent: plans from before there was a choice. */
  readonly stakes?: Stakes;
};

/** "graded": most on what is broken from its start on, see `stakeOf`. */
export type Stakes = "even" | "graded";

export type SilencePlan = {
  readonly freezeAfterSeconds: number;
  readonly notifyAfterSeconds: number;
  readonly rollBackAfterSeconds: number;
  /** Whether a long silence at a share above 1 % rolls back; otherwise it stays frozen. */
  readonly isRolledBack: boolean;
};

export const DEFAULT_ALPHA = 0.001;
export const DEFAULT_FAILURE_TOLERANCE: FailureTolerance = { ratio: 1.1, add: 0.0002 };
export const DEFAULT_LATENCY_TOLERANCE_RATIO = 1.05;
export const DEFAULT_SILENCE: SilencePlan = {
  freezeAfterSeconds: 5,
  notifyAfterSeconds: 30,
  rollBackAfterSeconds: 120,
  isRolledBack: true,
};
export const DEFAULT_MAX_PROJECTED_SECONDS = 1_800;
