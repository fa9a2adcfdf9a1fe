import type { DefinitionFault, Json, Parsed } from "../flags/definition.ts";
import type { TelemetrySource } from "../guard/counts.ts";
import {
  DEFAULT_ALPHA,
  DEFAULT_FAILURE_TOLERANCE,
  DEFAULT_LATENCY_TOLERANCE_RATIO,
  DEFAULT_MAX_PROJECTED_SECONDS,
  DEFAULT_SILENCE,
  type GuardPlan,
  type GuardSignal,
  type SilencePlan,
} from "../guard/plan.ts";

/** A step of a rollout: who gets the candidate, what must not be missed there, how long at least. */
export type RolloutStage = {
  /** 0..1 of those who would get the default; 0 only with an audience. */
  readonly share: number;
  /** JSONLogic condition over the evaluation context; they get the candidate from this stage on. */
  readonly audience: Json | null;
  readonly catches: { readonly failureRate: number } | null;
  readonly minSeconds: number;
};

export type StageInput = {
  readonly share?: number | undefined;
  readonly audience?: Json | undefined;
  readonly catches?: { readonly failureRate: number } | null | undefined;
  readonly minSeconds?: number | undefined;
};

export type SignalInput = {
  readonly name: string;
  readonly kind: GuardSignal["kind"];
  readonly source?: TelemetrySource | undefined;
  readonly tolerance?: { readonly ratio?: number | undefined; readonly add?: number | undefined } | undefined;
  readonly count?: "requests" | "users" | undefined;
  readonly weight?: number | undefined;
};

export type GuardInput = {
  readonly alpha?: number | undefined;
  readonly signals?: readonly SignalInput[] | undefined;
  readonly silence?: { readonly [key in keyof SilencePlan]?: SilencePlan[key] | undefined } | undefined;
  readonly maxProjectedSeconds?: number | undefined;
};

/** The guard's settings before a rollout starts: a plan without what only the start knows. */
export type GuardSettings = Pick<GuardPlan, "alpha" | "signals" | "silence" | "maxProjectedSeconds">;

/** Shares are whole basis points, because buckets are. */
export const SHARE_BASIS_POINTS = 10_000;

export const DEFAULT_STAGES: readonly RolloutStage[] = [
  { share: 0.01, audience: null, catches: { failureRate: 0.2 }, minSeconds: 60 },
  { share: 0.1, audience: null, catches: { failureRate: 0.02 }, minSeconds: 120 },
  { share: 0.5, audience: null, catches: { failureRate: 0.005 }, minSeconds: 300 },
  { share: 1, audience: null, catches: null, minSeconds: 0 },
];

export const DEFAULT_WATCH_SECONDS = 1_800;

const DEFAULT_SIGNALS: readonly SignalInput[] = [
  { name: "errors", kind: "failure-rate" },
  { name: "latency", kind: "latency" },
];

const DEFAULT_WEIGHT: Readonly<Record<GuardSignal["kind"], number>> = {
  "failure-rate": 0.5,
  latency: 0.3,
  "event-count": 0.2,
};

/**
 * Completes stages with defaults and checks them. A last stage at share 1 is added when it is missing.
 *
 * @returns all faults, with JSON pointers under `/stages`.
 */
export function resolveStages(input: readonly StageInput[] | undefined): Parsed<readonly RolloutStage[]> {
  if (!input) return { ok: true, value: DEFAULT_STAGES };

  const stages = input.map(completeStage);
  const faults = stages.flatMap((stage, index) => stageFaults(stage, stages[index - 1], index));
  if (faults.length > 0) return { ok: false, faults };

  const isComplete = stages.at(-1)?.share === 1;
  const last: RolloutStage = { share: 1, audience: null, catches: null, minSeconds: 0 };
  return { ok: true, value: isComplete ? stages : [...stages, last] };
}

function completeStage(input: StageInput): RolloutStage {
  const share = input.share ?? 0;
  const like = DEFAULT_STAGES.find((stage) => share <= stage.share) ?? { catches: null, minSeconds: 0 };
  const isExposingAll = share === 0 || share === 1;
  return {
    share,
    audience: input.audience ?? null,
    catches: input.catches === undefined ? (isExposingAll ? null : like.catches) : input.catches,
    minSeconds: input.minSeconds ?? (isExposingAll ? 0 : like.minSeconds),
  };
}

function stageFaults(stage: RolloutStage, before: RolloutStage | undefined, index: number): DefinitionFault[] {
  const faults: DefinitionFault[] = [];
  const fault = (path: string, message: string) => faults.push({ path: `/stages/${index}${path}`, message });
  const basisPoints = stage.share * SHARE_BASIS_POINTS;

  if (stage.share < 0 || stage.share > 1) fault("/share", "a share is a number from 0 to 1 (0.01 is 1 %)");
  else if (Math.abs(basisPoints - Math.round(basisPoints)) > 1e-6)
    fault("/share", "a share is a whole number of basis points: at most four digits after the point");
  if (stage.share === 0 && stage.audience === null)
    fault("/share", "a stage needs a share above 0, or an audience that sees the candidate first");
  if (stage.share > 0 && stage.audience !== null)
    fault("/audience", "an audience stage has no share: make two stages, the audience first");
  if (stage.audience !== null && before && before.share > 0)
    fault("/audience", "audience stages come before the stages with a share");
  if (stage.share > 0 && before && stage.share <= before.share)
    fault("/share", `shares grow from stage to stage: this is ${stage.share} after ${before.share}`);
  if (stage.catches && (stage.catches.failureRate <= 0 || stage.catches.failureRate > 1))
    fault("/catches/failureRate", "a regression to catch is above 0 and at most 1 (0.02 is +2 percentage points)");
  return faults;
}

/** Completes the guard's settings with defaults and normalises the weights to sum to 1. */
export function resolveGuard(input: GuardInput | undefined): Parsed<GuardSettings> {
  const signals = input?.signals ?? DEFAULT_SIGNALS;
  const faults = signals.flatMap((signal, index) => signalFaults(signals, signal, index));
  if (faults.length > 0) return { ok: false, faults };

  const weights = signals.map((signal) => signal.weight ?? DEFAULT_WEIGHT[signal.kind]);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    ok: true,
    value: {
      alpha: input?.alpha ?? DEFAULT_ALPHA,
      signals: signals.map((signal, index) => completeSignal(signal, (weights[index] ?? 0) / total)),
      silence: {
        freezeAfterSeconds: input?.silence?.freezeAfterSeconds ?? DEFAULT_SILENCE.freezeAfterSeconds,
        notifyAfterSeconds: input?.silence?.notifyAfterSeconds ?? DEFAULT_SILENCE.notifyAfterSeconds,
        rollBackAfterSeconds: input?.silence?.rollBackAfterSeconds ?? DEFAULT_SILENCE.rollBackAfterSeconds,
        isRolledBack: input?.silence?.isRolledBack ?? DEFAULT_SILENCE.isRolledBack,
      },
      maxProjectedSeconds: input?.maxProjectedSeconds ?? DEFAULT_MAX_PROJECTED_SECONDS,
    },
  };
}

function signalFaults(signals: readonly SignalInput[], signal: SignalInput, index: number): DefinitionFault[] {
  const faults: DefinitionFault[] = [];
  const path = `/guard/signals/${index}`;
  if (signals.findIndex((other) => other.name === signal.name) < index)
    faults.push({ path: `${path}/name`, message: `two signals are called "${signal.name}": names are unique` });
  if (signal.kind !== "failure-rate" && signal.tolerance?.add !== undefined)
    faults.push({ path: `${path}/tolerance/add`, message: "only a failure-rate signal has an added tolerance" });
  if (signal.kind !== "failure-rate" && signal.count !== undefined)
    faults.push({ path: `${path}/count`, message: "only a failure-rate signal chooses what it counts" });
  if (signal.count === "users" && signal.source !== "observations")
    faults.push({ path: `${path}/count`, message: 'users are counted by observations: set "source":"observations"' });
  return faults;
}

function completeSignal(signal: SignalInput, weight: number): GuardSignal {
  const common = { name: signal.name, source: signal.source ?? "spans", weight };
  switch (signal.kind) {
    case "failure-rate":
      return {
        ...common,
        kind: "failure-rate",
        count: signal.count ?? "requests",
        tolerance: {
          ratio: signal.tolerance?.ratio ?? DEFAULT_FAILURE_TOLERANCE.ratio,
          add: signal.tolerance?.add ?? DEFAULT_FAILURE_TOLERANCE.add,
        },
      };
    case "latency":
      return {
        ...common,
        kind: "latency",
        tolerance: { ratio: signal.tolerance?.ratio ?? DEFAULT_LATENCY_TOLERANCE_RATIO },
      };
    case "event-count":
      return {
        ...common,
        kind: "event-count",
        tolerance: { ratio: signal.tolerance?.ratio ?? DEFAULT_FAILURE_TOLERANCE.ratio },
      };
  }
}

/** The guard's plan, complete at the moment a rollout starts. */
export function planGuard(
  settings: GuardSettings,
  stages: readonly RolloutStage[],
  start: { readonly history: GuardPlan["history"]; readonly hasOwnTargeting: boolean },
): GuardPlan {
  const plannedSeconds = stages.reduce((sum, stage) => sum + Math.max(stage.minSeconds, 60), 0);
  return {
    alpha: settings.alpha,
    signals: settings.signals,
    stages: stages.map((stage) => ({
      share: stage.share,
      isAudience: stage.audience !== null,
      catches: stage.catches,
      minSeconds: stage.minSeconds,
    })),
    history: start.history,
    isShareChecked: !start.hasOwnTargeting && stages.every((stage) => stage.audience === null),
    silence: settings.silence,
    maxProjectedSeconds: settings.maxProjectedSeconds,
    plannedTicks: plannedSeconds,
    stakes: "graded",
  };
}
