import type { GuardTick } from "./decision.ts";
import { failurePowerQuestion } from "./gate.ts";
import type { GuardPlan } from "./plan.ts";
import { requiredExposure, smallestRegressionCaught } from "./power.ts";
import { sayPercent } from "./sentence.ts";
import type { JudgedSignal } from "./signal.ts";
import { recentRate } from "./signal-context.ts";

/** Shares that are proposed, the smallest that would do first. */
const PROPOSED_SHARES = [0.02, 0.05, 0.1, 0.2, 0.5] as const;
const ALWAYS = "synthetic load or a named person's approval";

/** What would let a stage with too little traffic pass in time, with figures from the recent rate where they can be had. */
export function sayTrafficHelp(plan: GuardPlan, judged: JudgedSignal | undefined, tick: GuardTick): string {
  const promised = plan.stages[tick.stage]?.catches?.failureRate;
  const helps: string[] = [];
  if (judged?.kind === "rate" && judged.signal.kind === "failure-rate" && promised !== undefined && tick.share > 0) {
    const question = failurePowerQuestion(plan, judged.signal, judged.state, tick.share);
    const inTime = recentRate(judged.state.rate) * plan.maxProjectedSeconds;
    const share = PROPOSED_SHARES.find(
      (proposed) =>
        proposed > tick.share && requiredExposure({ ...question, candidateShare: proposed }, promised) <= inTime,
    );
    if (share !== undefined) helps.push(`a share of ${sayPercent(share)}`);
    const regression = smallestRegressionCaught(question, inTime);
    if (regression !== null && regression > promised) {
      const points = Math.ceil(1_000 * regression) / 10;
      helps.push(`promising to catch only +${points} points instead of +${Number((100 * promised).toPrecision(3))}`);
    }
  }
  return `What would help: ${[...helps, ALWAYS].join(", ")}.`;
}
