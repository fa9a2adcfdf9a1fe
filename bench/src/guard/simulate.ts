import type { ComparedCounts } from "@steadfast/core/guard/counts";
import { judgeTick, startGuard } from "@steadfast/core/guard/judge";
import type { GuardSignal } from "@steadfast/core/guard/plan";
import { planOf } from "./plans.ts";
import type { Random } from "./random.ts";
import { type ArmBehaviour, armCounts, comparedCounts } from "./traffic.ts";

export type Simulation = {
  readonly signals: readonly GuardSignal[];
  readonly shares: readonly number[];
  readonly stageTicks: number;
  readonly requestsPerSecond: number;
  readonly baseline: ArmBehaviour;
  readonly candidate: ArmBehaviour;
  /** The candidate behaves like the baseline up to this tick. */
  readonly brokenAfterTick: number;
};

/** Seconds of traffic before the rollout that the guard knows. */
export const HISTORY_SECONDS = 300;

/**
 * Runs one rollout through the guard as the server would.
 *
 * @param watch told of every tick's counts
 * @returns the tick that rolled back, or `null` when the last stage ended without
 */
export function runRollout(
  simulation: Simulation,
  random: Random,
  watch?: (tick: number, counts: ComparedCounts) => void,
): number | null {
  const { requestsPerSecond, baseline, candidate, shares, stageTicks } = simulation;
  const history = armCounts(random, requestsPerSecond, baseline, HISTORY_SECONDS);
  const plan = planOf(simulation.signals, shares, stageTicks, history);
  let state = startGuard(plan);
  for (let tick = 1; tick <= shares.length * stageTicks; tick += 1) {
    const stage = Math.floor((tick - 1) / stageTicks);
    const share = shares[stage] ?? 0;
    const behaviour = tick > simulation.brokenAfterTick ? candidate : baseline;
    const counts = comparedCounts(random, requestsPerSecond, share, baseline, behaviour);
    watch?.(tick, counts);
    const isEmpty = counts.baseline.requests + counts.candidate.requests === 0;
    const judged = judgeTick(plan, state, {
      tick,
      atMs: tick * 1_000,
      stage,
      stageSinceMs: (stage * stageTicks + 1) * 1_000,
      share,
      isPaused: false,
      counts: isEmpty ? {} : { spans: counts },
    });
    if (judged.decision.verdict === "roll-back") return tick;
    state = judged.state;
  }
  return null;
}
