import type { Decision } from "../guard/decision.ts";
import { isWatched, type RolloutState } from "./state.ts";

export const NEED_REASONS = ["cannot-be-judged", "harm-not-taken-back", "telemetry-missing", "held"] as const;

export type NeedReason = (typeof NEED_REASONS)[number];

/** Why a rollout does not go on, or is not taken back, without somebody. */
export type PersonNeed = { readonly because: NeedReason; readonly sentence: string };

/**
 * Whether a person is asked for. A short silence or a pause that a person asked for is none of it: the first ends by
 * itself or becomes a long one, of the second somebody knows.
 *
 * @param fault why the guard cannot judge it; `null`: it can
 * @returns `null` when it goes on by itself, or has ended
 */
export function personNeeded(
  rollout: Pick<RolloutState, "state" | "watchedUntilMs" | "mode" | "onRegression">,
  decision: Decision | null,
  fault: string | null,
): PersonNeed | null {
  if (!isWatched(rollout)) return null;
  if (fault !== null) return { because: "cannot-be-judged", sentence: fault };
  if (decision === null) return null;
  const { sentence, verdict } = decision;
  const isTakenBack = rollout.mode === "act" && (rollout.onRegression === "roll-back" || rollout.state === "completed");
  if (verdict === "roll-back") return isTakenBack ? null : { because: "harm-not-taken-back", sentence };
  if (decision.isSilenceTold === true) return { because: "telemetry-missing", sentence };
  return verdict === "hold" && rollout.state !== "completed" ? { because: "held", sentence } : null;
}
