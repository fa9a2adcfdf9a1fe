import type { Rollout } from "../api/types.ts";

/** Not ended: it moves, waits or is held. */
export function isInFlight(rollout: Rollout): boolean {
  return rollout.state === "running" || rollout.state === "paused" || rollout.state === "queued";
}

/** Completed, and a gross break still takes it back. */
export function isWatched(rollout: Rollout, nowMs: number): boolean {
  return rollout.state === "completed" && rollout.watchedUntil !== null && Date.parse(rollout.watchedUntil) > nowMs;
}

/** How it ended, for the track; `undefined` while it has not. */
export function endingOf(rollout: Rollout): "completed" | "rolled-back" | "stopped" | undefined {
  const { state } = rollout;
  return state === "completed" || state === "rolled-back" || state === "stopped" ? state : undefined;
}

/** How far the present stage is on its way to its gate, 0..1: the slower of exposure and floor. */
export function stageProgress(rollout: Rollout, nowMs: number): number {
  const stage = rollout.stages[rollout.stage - 1];
  const { decision } = rollout;
  if (!stage || !decision || rollout.stageSince === null) return 0;
  const { exposure, neededExposure } = decision.gate;
  const byExposure = neededExposure ? exposure / neededExposure : 1;
  const spentSeconds = (nowMs - Date.parse(rollout.stageSince)) / 1_000;
  const byFloor = stage.minSeconds > 0 ? spentSeconds / stage.minSeconds : 1;
  return Math.max(0, Math.min(1, byExposure, byFloor));
}

/** What it moves people to, and from what: `on ← off`. */
export function movementOf(rollout: Pick<Rollout, "baseline" | "candidate">): { from: string; to: string } {
  return { from: rollout.baseline ?? "the default", to: rollout.candidate };
}

/** In flight, and something is not as it should be: held, frozen, paused, not judged, or the evidence is half-way to the line. */
export function needsAttention(rollout: Rollout): boolean {
  const { state, decision, guard, judgingFault } = rollout;
  if (state === "paused" || judgingFault !== null) return true;
  if (state !== "running" || !decision) return false;
  if (decision.verdict === "hold" || decision.verdict === "freeze" || decision.verdict === "roll-back") return true;
  return decision.logEvidence >= Math.log(1 / guard.alpha) / 2;
}
