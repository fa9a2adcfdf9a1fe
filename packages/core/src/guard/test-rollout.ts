import type { ArmCounts, ComparedCounts } from "./counts.ts";
import type { Decision, GuardTick } from "./decision.ts";
import { type GuardState, judgeTick, startGuard } from "./judge.ts";
import {
  DEFAULT_SILENCE,
  type FailureRateSignal,
  type GuardPlan,
  type GuardStage,
  type LatencySignal,
} from "./plan.ts";

/** A small rollout for tests: errors only, 1 → 10 → 50 → 100 %, no floors. */
export const ERRORS: FailureRateSignal = {
  name: "errors",
  kind: "failure-rate",
  source: "spans",
  weight: 1,
  tolerance: { ratio: 1.1, add: 0.0002 },
  count: "requests",
};

export const LATENCY: LatencySignal = {
  name: "latency",
  kind: "latency",
  source: "spans",
  weight: 1,
  tolerance: { ratio: 1.05 },
};

export const stageOf = (share: number, overrides: Partial<GuardStage> = {}): GuardStage => ({
  share,
  isAudience: false,
  catches: null,
  minSeconds: 0,
  ...overrides,
});

export function planWith(overrides: Partial<GuardPlan> = {}): GuardPlan {
  return {
    alpha: 0.001,
    signals: [ERRORS],
    stages: [
      stageOf(0.01, { catches: { failureRate: 0.2 } }),
      stageOf(0.1, { catches: { failureRate: 0.02 } }),
      stageOf(0.5, { catches: { failureRate: 0.005 } }),
      stageOf(1),
    ],
    history: { spans: { requests: 30_000, failures: 30 } },
    isShareChecked: true,
    silence: DEFAULT_SILENCE,
    maxProjectedSeconds: 1_800,
    plannedTicks: 600,
    stakes: "graded",
    ...overrides,
  };
}

export const arm = (requests: number, failures = 0, rest: Partial<ArmCounts> = {}): ArmCounts => ({
  requests,
  failures,
  ...rest,
});

export const compared = (candidate: ArmCounts, baseline: ArmCounts): ComparedCounts => ({ baseline, candidate });

/** What a test says of a tick; the rest follows from the plan and the ticks before. */
export type TickScript = {
  readonly stage?: number;
  readonly spans?: ComparedCounts;
  readonly isPaused?: boolean;
  readonly share?: number;
};

/** Judges scripted ticks, one a second, from a state on. */
export class TestRollout {
  readonly plan: GuardPlan;
  state: GuardState;
  readonly ticks: GuardTick[] = [];
  readonly decisions: Decision[] = [];
  #stage = 0;
  #stageSinceMs = 0;

  constructor(plan: GuardPlan) {
    this.plan = plan;
    this.state = startGuard(plan);
  }

  judge(script: TickScript): Decision {
    const number = this.state.tick + 1;
    const stage = script.stage ?? this.#stage;
    if (stage !== this.#stage || number === 1) this.#stageSinceMs = number * 1_000;
    this.#stage = stage;
    const tick: GuardTick = {
      tick: number,
      atMs: number * 1_000,
      stage,
      stageSinceMs: this.#stageSinceMs,
      share: script.share ?? this.plan.stages[stage]?.share ?? 0,
      isPaused: script.isPaused ?? false,
      counts: script.spans ? { spans: script.spans } : {},
    };
    const { state, decision } = judgeTick(this.plan, this.state, tick);
    this.state = state;
    this.ticks.push(tick);
    this.decisions.push(decision);
    return decision;
  }

  /** The last decision of `count` equal ticks. */
  repeat(count: number, script: TickScript): Decision {
    let decision = this.judge(script);
    for (let done = 1; done < count; done += 1) decision = this.judge(script);
    return decision;
  }
}

/** Uniform in [0, 1), the same sequence for a seed (mulberry32). */
export function seededUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One arm's tick: every request drawn singly. */
export function drawArm(uniform: () => number, meanRequests: number, failureRate: number): ArmCounts {
  const trials = Math.ceil(meanRequests * 4) + 4;
  let requests = 0;
  for (let trial = 0; trial < trials; trial += 1) if (uniform() < meanRequests / trials) requests += 1;
  let failures = 0;
  for (let request = 0; request < requests; request += 1) if (uniform() < failureRate) failures += 1;
  return { requests, failures };
}
