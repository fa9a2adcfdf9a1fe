import { EXIT_CODES, type ExitCode } from "../exit-codes.ts";
import type { Rollout } from "../types.ts";

/** How a watched rollout ended, for the exit code and the last line. */
export type WatchOutcome = { readonly exitCode: ExitCode; readonly text: string };

/**
 * Tells whether there is anything left to watch.
 *
 * @param isWatchIncluded wait also for the end of the watch after completion
 * @returns `undefined` while it goes on. A pause by a person goes on; a freeze on a regression waits for a person.
 */
export function watchOutcome(rollout: Rollout, isWatchIncluded: boolean): WatchOutcome | undefined {
  switch (rollout.state) {
    case "queued":
    case "running":
      return undefined;
    case "paused":
      return isFrozen(rollout)
        ? { exitCode: EXIT_CODES.notCompleted, text: "Frozen on a regression: roll it back or resume it." }
        : undefined;
    case "completed":
      if (isWatchIncluded && rollout.watchedUntil !== null) return undefined;
      return {
        exitCode: EXIT_CODES.ok,
        text: rollout.watchedUntil === null ? "Completed." : "Completed; a gross break would still take it back.",
      };
    case "rolled-back":
      return { exitCode: EXIT_CODES.rolledBack, text: "Rolled back." };
    case "stopped":
      return { exitCode: EXIT_CODES.notCompleted, text: "Stopped." };
  }
}

function isFrozen(rollout: Rollout): boolean {
  return rollout.onRegression === "freeze" && rollout.mode === "act" && rollout.decision?.verdict === "roll-back";
}

/** One line for logs when something changed that a person would want to know; sentences alone change every second. */
export function changeKey(rollout: Rollout): string {
  const { decision } = rollout;
  return [
    rollout.state,
    rollout.stage,
    rollout.share,
    rollout.watchedUntil === null,
    decision?.verdict,
    decision?.cause,
  ].join("|");
}
