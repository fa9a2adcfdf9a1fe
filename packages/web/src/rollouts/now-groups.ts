import type { Rollout } from "../api/types.ts";
import { isInFlight, isWatched, needsAttention } from "./rollout-phase.ts";

export type Groups = Readonly<
  Record<"inFlight" | "queued" | "watched" | "endedToday" | "endedEarlier", readonly Rollout[]>
>;

/** What ended before today is told as far as this. */
const EARLIER_SHOWN_MAX = 6;

/**
 * The rollouts of an environment as the page shows them: what needs a look first, then the newest. Pure.
 *
 * @param active as streamed: counts over `latest`, it is newer
 * @param dayStartMs when today began, where the person is
 */
export function groupRollouts(
  active: readonly Rollout[],
  latest: readonly Rollout[],
  { nowMs, dayStartMs }: { readonly nowMs: number; readonly dayStartMs: number },
): Groups {
  const byId = new Map([...latest, ...active].map((rollout) => [rollout.id, rollout]));
  const all = [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  const inFlight = all.filter((rollout) => rollout.state === "running" || rollout.state === "paused");
  const ended = all
    .filter((rollout) => !isInFlight(rollout) && !isWatched(rollout, nowMs))
    .sort((a, b) => endedAtMs(b) - endedAtMs(a));
  return {
    inFlight: inFlight.toSorted((a, b) => Number(needsAttention(b)) - Number(needsAttention(a))),
    queued: all
      .filter((rollout) => rollout.state === "queued")
      .sort((a, b) => (a.waitsFor?.position ?? 0) - (b.waitsFor?.position ?? 0)),
    watched: all.filter((rollout) => isWatched(rollout, nowMs)),
    endedToday: ended.filter((rollout) => endedAtMs(rollout) >= dayStartMs),
    endedEarlier: ended.filter((rollout) => endedAtMs(rollout) < dayStartMs).slice(0, EARLIER_SHOWN_MAX),
  };
}

/** `3 completed, 1 rolled back`: how the rollouts ended, the most welcome first. */
export function tallyOf(rollouts: readonly Rollout[]): string {
  return ENDINGS.map(({ state, words }) => {
    const count = rollouts.filter((rollout) => rollout.state === state).length;
    return count > 0 ? `${count} ${words}` : "";
  })
    .filter(Boolean)
    .join(", ");
}

const ENDINGS = [
  { state: "completed", words: "completed" },
  { state: "rolled-back", words: "rolled back" },
  { state: "stopped", words: "stopped" },
] as const;

function endedAtMs(rollout: Rollout): number {
  return rollout.endedAt ? Date.parse(rollout.endedAt) : 0;
}
