import { IconClockPause } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Rollout } from "../api/types.ts";
import { formatDuration } from "../ui/format.ts";
import { useNowMs } from "../ui/use-now.ts";
import classes from "./rollout-card.module.css";
import { Provenance, RolloutHeader } from "./rollout-header.tsx";
import { RolloutJudgement } from "./rollout-judgement.tsx";
import { isWatched, needsAttention } from "./rollout-phase.ts";

/** One rollout in flight, whole: what it is, how it stands, what a person may do. */
export function RolloutCard({ rollout }: { rollout: Rollout }) {
  const nowMs = useNowMs();
  return (
    <article
      className={classes.card}
      aria-label={`Rollout of ${rollout.flag}`}
      data-rollout={rollout.id}
      data-state={rollout.state}
      data-attention={needsAttention(rollout) || undefined}
      data-testid="rollout-card"
    >
      <RolloutHeader rollout={rollout} />
      {rollout.state === "queued" && <QueueLine rollout={rollout} />}
      {isWatched(rollout, nowMs) && rollout.watchedUntil && (
        <p className={classes.quiet}>
          Everybody has it. It is watched for another{" "}
          {formatDuration((Date.parse(rollout.watchedUntil) - nowMs) / 1_000)}: a gross break still takes it back.
        </p>
      )}
      {rollout.state !== "queued" && <RolloutJudgement rollout={rollout} />}
      <Provenance rollout={rollout} />
    </article>
  );
}

function QueueLine({ rollout }: { rollout: Rollout }) {
  const waits = rollout.waitsFor;
  if (!waits) return <p className={classes.waits}>Starts as soon as the server has looked at the queue.</p>;
  return (
    <p className={classes.waits} data-testid="queue">
      <IconClockPause size={17} aria-hidden />
      <span>
        {waits.position > 1 ? `Number ${waits.position} in the queue. ` : "Next in the queue. "}
        {waits.why} Waits for{" "}
        <Link to="/rollouts/$rolloutId" params={{ rolloutId: waits.rolloutId }}>
          {waits.flag}
        </Link>
        .
      </span>
    </p>
  );
}
