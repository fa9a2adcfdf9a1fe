import type { FlagDefinition } from "../flags/definition.ts";
import { hasNoTargeting } from "../flags/has-no-targeting.ts";
import type { TelemetrySource } from "../guard/counts.ts";
import { type ExpectedTraffic, forecastStages, perSecondOf, type StageForecast } from "../guard/forecast.ts";
import type { GuardPlan } from "../guard/plan.ts";
import { saySeconds } from "../guard/sentence.ts";
import type { QueueReason } from "./admission.ts";
import { planGuard } from "./plan.ts";
import type { RolloutRequest } from "./state.ts";

/** What a source sent of both arms lately. */
export type SeenTraffic = ExpectedTraffic & {
  /** How long it was watched. */
  readonly seconds: number;
  /** `null`: it sent nothing in that time. */
  readonly lastSecondsAgo: number | null;
};

export type ProspectFacts = {
  readonly definition: FlagDefinition;
  /** Of the baseline, from before the rollout. */
  readonly history: GuardPlan["history"];
  readonly traffic: { readonly [source in TelemetrySource]?: SeenTraffic };
  /** When the flag's service was last heard of at all; `null`: not lately. */
  readonly serviceHeardSecondsAgo: number | null;
  readonly waitsFor: QueueReason | null;
};

export type WarningCode =
  | "queued"
  | "telemetry-missing"
  | "telemetry-old"
  | "signal-missing"
  | "too-little-traffic"
  | "own-targeting";

export type Warning = {
  readonly code: WarningCode;
  readonly sentence: string;
  /** Index into the stages, where it concerns one. */
  readonly stage: number | null;
};

export type Prospect = {
  readonly plan: GuardPlan;
  readonly stages: readonly StageForecast[];
  /** `null` when a stage's length cannot be told. */
  readonly totalSeconds: number | null;
  readonly warnings: readonly Warning[];
};

/** A source that was silent for longer says little about what the rollout will see. */
const RECENT_SECONDS = 60;

/** The guard's plan of a rollout at its start, and of its preview. */
export function planRollout(
  request: Pick<RolloutRequest, "guard" | "stages">,
  definition: FlagDefinition,
  history: GuardPlan["history"],
): GuardPlan {
  return planGuard(request.guard, request.stages, { history, hasOwnTargeting: !hasNoTargeting(definition.targeting) });
}

/** What would happen to a well-formed rollout that is admitted, if the traffic goes on as it is. Pure. */
export function foreseeRollout(request: RolloutRequest, facts: ProspectFacts): Prospect {
  const plan = planRollout(request, facts.definition, facts.history);
  const stages = forecastStages(plan, facts.traffic);
  return {
    plan,
    stages,
    totalSeconds: stages.reduce<number | null>(
      (sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds),
      0,
    ),
    warnings: [
      ...queueWarnings(facts),
      ...telemetryWarnings(request, plan, facts),
      ...trafficWarnings(request, plan, stages, facts),
      ...targetingWarnings(!hasNoTargeting(facts.definition.targeting)),
    ],
  };
}

function queueWarnings({ waitsFor }: ProspectFacts): Warning[] {
  if (waitsFor === null) return [];
  const sentence = `It would wait in the queue as number ${waitsFor.position}. ${waitsFor.why}`;
  return [{ code: "queued", sentence, stage: null }];
}

function telemetryWarnings(request: RolloutRequest, plan: GuardPlan, facts: ProspectFacts): Warning[] {
  const sources = [...new Set(plan.signals.map(({ source }) => source))];
  return sources.flatMap((source): Warning[] => {
    const traffic = facts.traffic[source];
    if (!traffic || traffic.lastSecondsAgo === null) {
      return [{ code: "telemetry-missing", sentence: sayMissing(request, source, facts), stage: null }];
    }
    const silent = plan.signals
      .filter((signal) => signal.source === source && perSecondOf(signal, traffic) <= 0)
      .map((signal): Warning => {
        const sentence = `"${signal.name}" finds nothing in the ${source} that arrive: no ${signal.kind === "latency" ? "latencies" : "users"} are told. The rollout would never leave its first stage; leave the signal out, or choose another source.`;
        return { code: "signal-missing", sentence, stage: null };
      });
    if (traffic.lastSecondsAgo <= RECENT_SECONDS) return silent;
    const sentence = `The last ${source} of ${request.flag} arrived ${saySeconds(traffic.lastSecondsAgo)} ago: while they are missing, the rollout freezes.`;
    return [{ code: "telemetry-old", sentence, stage: null }, ...silent];
  });
}

function sayMissing({ flag, service, environment }: RolloutRequest, source: string, facts: ProspectFacts): string {
  const heard = facts.serviceHeardSecondsAgo;
  const why =
    source === "spans" && heard !== null
      ? ` ${service} does send spans (the last ${saySeconds(heard)} ago), but none of them names this flag and its variant.`
      : "";
  return `No ${source} of ${flag} have arrived in ${environment} in the last hour: the rollout would start, freeze at its first stage and wait for them.${why}`;
}

function trafficWarnings(
  request: RolloutRequest,
  plan: GuardPlan,
  stages: readonly StageForecast[],
  facts: ProspectFacts,
): Warning[] {
  // Without any traffic it was said above; each stage saying it again would bury the rest.
  const hasTraffic = plan.signals.every((signal) => perSecondOf(signal, facts.traffic[signal.source]) > 0);
  if (!hasTraffic) return [];
  return stages.flatMap(({ help }, stage): Warning[] =>
    help === null
      ? []
      : [
          {
            code: "too-little-traffic",
            sentence: `Stage ${stage + 1} of ${request.stages.length} would hold: ${help}`,
            stage,
          },
        ],
  );
}

function targetingWarnings(hasOwnTargeting: boolean): Warning[] {
  if (!hasOwnTargeting) return [];
  const sentence =
    "The flag has targeting rules: whom they serve keeps their variant, and the shares are of those who would get the default.";
  return [{ code: "own-targeting", sentence, stage: null }];
}
