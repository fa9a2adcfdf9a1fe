import type { Rollout } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { StateBadge } from "../ui/state-badge.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { RolloutActions } from "./rollout-actions.tsx";
import classes from "./rollout-bar.module.css";
import { isWatched, movementOf } from "./rollout-phase.ts";

/**
 * Which rollout, in which state, at which share, and what a person may do with it. It stays in sight while the page is
 * scrolled; on a phone the actions stay at the thumb instead.
 */
export function RolloutBar({ rollout }: { rollout: Rollout }) {
  const nowMs = useNowMs();
  const { from, to } = movementOf(rollout);
  const mayRollBack = rollout.state === "running" || rollout.state === "paused" || isWatched(rollout, nowMs);
  return (
    <header className={classes.bar}>
      <StateBadge state={isWatched(rollout, nowMs) ? "watched" : rollout.state} />
      <h1 className={classes.title}>{rollout.flag}</h1>
      <span className={classes.movement}>
        <code>{to}</code> <span aria-hidden>←</span>
        <span className={classes.spoken}>instead of</span> <code>{from}</code>
      </span>
      {rollout.state !== "queued" && (
        <span className={classes.share} data-testid="share">
          {formatPercent(rollout.share)}
          <span className={classes.spoken}> of users</span>
        </span>
      )}
      <div className={classes.actions}>
        {mayRollBack && (
          <span className={classes.keys}>
            <kbd>Alt</kbd> <kbd>R</kbd>
            <span className={classes.spoken}> rolls back</span>
          </span>
        )}
        <RolloutActions rollout={rollout} />
      </div>
    </header>
  );
}
