import { Link } from "@tanstack/react-router";
import type { Rollout } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { StateBadge } from "../ui/state-badge.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { RolloutActions } from "./rollout-actions.tsx";
import classes from "./rollout-header.module.css";
import { isWatched, movementOf } from "./rollout-phase.ts";

/** Which rollout, in which state, at which share, and what a person may do with it. */
export function RolloutHeader({ rollout, isPageTitle }: { rollout: Rollout; isPageTitle?: boolean }) {
  const nowMs = useNowMs();
  const { from, to } = movementOf(rollout);
  const Title = isPageTitle ? "h1" : "h3";
  return (
    <header className={classes.header}>
      <div className={classes.what}>
        <StateBadge state={isWatched(rollout, nowMs) ? "watched" : rollout.state} />
        <Title className={isPageTitle ? classes.pageTitle : classes.title}>
          {isPageTitle ? (
            rollout.flag
          ) : (
            <Link to="/rollouts/$rolloutId" params={{ rolloutId: rollout.id }}>
              {rollout.flag}
            </Link>
          )}
        </Title>
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
        {rollout.mode === "dry-run" && <span className={classes.mode}>Dry run: judged, never acted on</span>}
      </div>
      <RolloutActions rollout={rollout} />
    </header>
  );
}

/** Who, why and since when, in one quiet line. */
export function Provenance({ rollout }: { rollout: Rollout }) {
  return (
    <p className={classes.provenance}>
      “{rollout.reason}” — {rollout.startedBy.name}, <RelativeTime at={rollout.startedAt ?? rollout.createdAt} />
      {rollout.service && <> · service {rollout.service}</>}
      {rollout.onRegression === "freeze" && <> · freezes instead of rolling back</>}
    </p>
  );
}
