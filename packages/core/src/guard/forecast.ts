import type { TelemetrySource } from "./counts.ts";
import type { GuardTick } from "./decision.ts";
import { isOutOfReach, signalGates } from "./gate.ts";
import type { GuardPlan, GuardSignal } from "./plan.ts";
import { sayCount, saySeconds } from "./sentence.ts";
import { type JudgedSignal, pairSignal, startSignal } from "./signal.ts";
import type { RecentRate } from "./signal-context.ts";
import { sayTrafficHelp } from "./traffic-help.ts";

/** What a source sent of both arms together, per second, as it is expected to go on. */
export type ExpectedTraffic = {
  readonly requestsPerSecond: number;
  /** Requests that come with a latency. */
  readonly latenciesPerSecond: number;
  /** Users seen, where the source tells them. */
  readonly usersPerSecond: number;
};

export type TrafficBySource = { readonly [source in TelemetrySource]?: ExpectedTraffic };

/** One signal's way to a stage's gate. */
export type SignalForecast = {
  readonly name: string;
  /** Requests of both arms (users, where it counts users); `null`: what is usual is not known yet. */
  readonly needed: number | null;
  readonly perSecond: number;
  /** Until the gate is met; `null`: cannot be told. */
  readonly seconds: number | null;
};

export type StageForecast = {
  /** Empty when the stage promises nothing. */
  readonly signals: readonly SignalForecast[];
  /** The one that takes longest, or that cannot be told; `null` when the stage promises nothing. */
  readonly slowest: SignalForecast | null;
  /** The larger of the floor and the slowest gate; `null`: cannot be told, `why` says why. */
  readonly seconds: number | null;
  readonly why: string | null;
  /** What would help, when the guard would hold here for want of traffic; else `null`. */
  readonly help: string | null;
};

const NO_TRAFFIC: ExpectedTraffic = { requestsPerSecond: 0, latenciesPerSecond: 0, usersPerSecond: 0 };

/**
 * How long each stage of a plan will take if the traffic goes on as it is and nothing goes wrong. The gates are the
 * guard's own, as they stand at a stage's first tick; in the rollout they move with what it learns.
 */
export function forecastStages(plan: GuardPlan, traffic: TrafficBySource): StageForecast[] {
  const judged = plan.signals.map((signal) => expectRate(signal, plan, perSecondOf(signal, traffic[signal.source])));
  return plan.stages.map((_stage, index) => forecastStage(plan, judged, index));
}

function forecastStage(plan: GuardPlan, judged: readonly JudgedSignal[], index: number): StageForecast {
  const stage = plan.stages[index];
  const tick: GuardTick = {
    tick: 1,
    atMs: 0,
    stage: index,
    stageSinceMs: 0,
    share: stage?.share ?? 0,
    isPaused: false,
    counts: {},
  };
  const gates = signalGates(plan, judged, tick);
  const signals = gates.map((gate, at): SignalForecast => {
    const perSecond = judged[at]?.state.rate.sum ?? 0;
    const isKnown = isUsualKnown(judged[at]);
    return {
      name: gate.name,
      needed: isKnown ? gate.needed : null,
      perSecond,
      seconds: isKnown ? gate.projectedSeconds : null,
    };
  });
  const slowest = slowestOf(signals);
  const floor = stage?.minSeconds ?? 0;
  // Where nothing arrives, more of a share or a coarser promise would not help: `why` says it.
  const beyond = gates.findIndex(
    (gate, at) => isUsualKnown(judged[at]) && gate.projectedSeconds !== null && isOutOfReach(plan, gate),
  );
  return {
    signals,
    slowest,
    seconds: slowest === null ? floor : slowest.seconds === null ? null : Math.max(floor, slowest.seconds),
    why: slowest === null || slowest.seconds !== null ? null : sayUnknown(slowest),
    help: beyond === -1 ? null : sayOutOfReach(plan, judged[beyond], signals[beyond], tick),
  };
}

/** A signal before its first tick, as if its traffic had been watched for a while. */
function expectRate(signal: GuardSignal, plan: GuardPlan, perSecond: number): JudgedSignal {
  const rate: RecentRate = { sum: perSecond, weight: 1 };
  const judged = pairSignal(signal, startSignal(signal, plan.history[signal.source]));
  return judged.kind === "latency"
    ? { ...judged, state: { ...judged.state, rate } }
    : { ...judged, state: { ...judged.state, rate } };
}

/** In what the signal counts. */
export function perSecondOf(signal: GuardSignal, traffic: ExpectedTraffic = NO_TRAFFIC): number {
  if (signal.kind === "latency") return traffic.latenciesPerSecond;
  return signal.kind === "failure-rate" && signal.count === "users"
    ? traffic.usersPerSecond
    : traffic.requestsPerSecond;
}

function isUsualKnown(judged: JudgedSignal | undefined): boolean {
  return judged?.kind !== "latency" || judged.state.cuts !== null;
}

function slowestOf(signals: readonly SignalForecast[]): SignalForecast | null {
  const silent = signals.find(({ perSecond }) => perSecond <= 0);
  const unknown = silent ?? signals.find(({ seconds }) => seconds === null);
  if (unknown) return unknown;
  return signals.reduce<SignalForecast | null>(
    (slowest, each) => (slowest === null || (each.seconds ?? 0) > (slowest.seconds ?? 0) ? each : slowest),
    null,
  );
}

function sayUnknown({ name, perSecond }: SignalForecast): string {
  return perSecond <= 0
    ? `Nothing arrives for ${name}: how long this takes cannot be told.`
    : `What is usual for ${name} is not known yet: too few requests of the baseline have been seen.`;
}

function sayOutOfReach(
  plan: GuardPlan,
  judged: JudgedSignal | undefined,
  forecast: SignalForecast | undefined,
  tick: GuardTick,
): string {
  const help = sayTrafficHelp(plan, judged, tick);
  if (!forecast || forecast.seconds === null || forecast.needed === null) return help;
  return (
    `${forecast.name} needs ${sayCount(forecast.needed)} requests, which takes about ${saySeconds(forecast.seconds)} ` +
    `at the present rate: longer than the ${saySeconds(plan.maxProjectedSeconds)} the guard is willing to wait. ${help}`
  );
}
