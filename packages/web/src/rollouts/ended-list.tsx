import { Link } from "@tanstack/react-router";
import type { Rollout } from "../api/types.ts";
import { formatDuration } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { StateBadge } from "../ui/state-badge.tsx";
import classes from "./ended-list.module.css";

/** What ended lately, newest first: how, why, by whom, and how long it took. */
export function EndedList({ rollouts }: { rollouts: readonly Rollout[] }) {
  return (
    <ul className={classes.list}>
      {rollouts.map((rollout) => (
        <li key={rollout.id} data-testid="ended-rollout" data-state={rollout.state}>
          <span className={classes.state}>
            <StateBadge state={rollout.state} />
          </span>
          <span className={classes.what}>
            <Link to="/rollouts/$rolloutId" params={{ rolloutId: rollout.id }}>
              {rollout.flag}
            </Link>{" "}
            <code>{rollout.candidate}</code>
            {rollout.endReason && <span className={classes.why}>{rollout.endReason}</span>}
          </span>
          <span className={classes.when}>
            {rollout.endedAt && <RelativeTime at={rollout.endedAt} />}
            <span>
              {rollout.endedBy?.kind === "system" ? "by itself" : rollout.endedBy?.name}
              {durationOf(rollout)}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function durationOf(rollout: Rollout): string {
  if (!rollout.startedAt || !rollout.endedAt) return "";
  return `, after ${formatDuration((Date.parse(rollout.endedAt) - Date.parse(rollout.startedAt)) / 1_000)}`;
}
