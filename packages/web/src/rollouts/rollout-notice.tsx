import {
  IconAlertTriangle,
  IconClockPause,
  IconEye,
  IconFlask,
  IconHandStop,
  IconPlayerPause,
  IconSnowflake,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { field } from "../api/read-message.ts";
import type { JournalEvent, Rollout } from "../api/types.ts";
import { formatDuration } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useNowMs } from "../ui/use-now.ts";
import classes from "./rollout-notice.module.css";
import { isWatched } from "./rollout-phase.ts";

type Tone = "bad" | "warn" | "cold" | "good" | "idle";

/** What is special about the state the rollout is in, and what follows from it; nothing where it simply runs or has ended. */
export function RolloutNotices({ rollout, events }: { rollout: Rollout; events: readonly JournalEvent[] }) {
  const nowMs = useNowMs();
  const { state, decision, judgingFault, waitsFor } = rollout;
  const isMoving = state === "running" || state === "paused";
  const isLookedFor = rollout.needsPerson?.because === "telemetry-missing";
  return (
    <>
      {judgingFault && (
        <Notice
          tone="bad"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="The guard cannot judge this rollout"
          name="fault"
        >
          Since <RelativeTime at={judgingFault.since} />: {judgingFault.message}. It neither advances nor is taken back
          by itself, and the figures below are old. Roll it back if in doubt; the server’s log tells more.
        </Notice>
      )}
      {state === "queued" && (
        <Notice tone="idle" icon={<IconClockPause size={18} aria-hidden />} title="Waits in the queue" name="queued">
          {waitsFor ? (
            <>
              {waitsFor.position > 1 ? `Number ${waitsFor.position}. ` : "Next. "}
              {waitsFor.why} It waits for{" "}
              <Link to="/rollouts/$rolloutId" params={{ rolloutId: waitsFor.rolloutId }}>
                {waitsFor.flag}
              </Link>
              , and then starts by itself. Nobody has seen it yet.
            </>
          ) : (
            "It starts as soon as the server has looked at the queue. Nobody has seen it yet."
          )}
        </Notice>
      )}
      {state === "paused" && <PausedNotice events={events} />}
      {rollout.mode === "dry-run" && rollout.endedAt === null && (
        <Notice tone="idle" icon={<IconFlask size={18} aria-hidden />} title="Dry run" name="dry-run">
          The guard judges and records what it would do, and does nothing. A person advances it, and rolls it back.
        </Notice>
      )}
      {isMoving && decision?.verdict === "freeze" && (
        <Notice
          tone={isLookedFor ? "bad" : "cold"}
          icon={<IconSnowflake size={18} aria-hidden />}
          title={
            isLookedFor
              ? "Frozen, and somebody should look: the telemetry is silent"
              : "Frozen: the telemetry is silent"
          }
          name="frozen"
        >
          {isLookedFor && "It has been for long: see whether the service runs, and where it exports to. "}
          Silence is neither good nor bad: nothing advances until the service reports again.{" "}
          {rollout.mode === "dry-run"
            ? "A dry run is not taken back by itself, however long it stays silent."
            : "If it stays silent for long while people have the candidate, it is taken back."}
        </Notice>
      )}
      {isMoving && decision?.verdict === "hold" && (
        <Notice
          tone="warn"
          icon={<IconHandStop size={18} aria-hidden />}
          title="Held: somebody should look"
          name="held"
        >
          {decision.cause === "share-mismatch"
            ? "What arrives does not fit the share that is published, so the counts are not to be trusted."
            : "At the present traffic this stage would take too long to show what it promises."}{" "}
          It goes on by itself when that changes, or when a person advances it.
        </Notice>
      )}
      {isWatched(rollout, nowMs) && rollout.watchedUntil && (
        <Notice
          tone="good"
          icon={<IconEye size={18} aria-hidden />}
          title="Everybody has it, and it is still watched"
          name="watched"
        >
          For another {formatDuration((Date.parse(rollout.watchedUntil) - nowMs) / 1_000)}. There is nobody left to
          compare with: only a gross break takes it back now.
        </Notice>
      )}
    </>
  );
}

function PausedNotice({ events }: { events: readonly JournalEvent[] }) {
  const paused = events.findLast((event) => event.type === "rollout.paused");
  const sentence = field(paused?.data, "sentence");
  const isByGuard = paused?.actor.kind === "system";
  return (
    <Notice
      tone="warn"
      icon={<IconPlayerPause size={18} aria-hidden />}
      title={isByGuard ? "Stopped by the guard, and waits for a person" : "Paused"}
      name="paused"
    >
      {paused && !isByGuard && (
        <>
          By {paused.actor.name}, <RelativeTime at={paused.at} />
          {paused.reason && <>: “{paused.reason}”</>}.{" "}
        </>
      )}
      {isByGuard && typeof sentence === "string" && `${sentence} `}
      {isByGuard
        ? "Nobody more gets the candidate. Roll it back, or resume with a reason."
        : "The share stays. It is still judged, and still taken back when it hurts."}
    </Notice>
  );
}

type NoticeProps = {
  readonly tone: Tone;
  readonly icon: ReactNode;
  readonly title: string;
  readonly name: string;
  readonly children: ReactNode;
};

function Notice({ tone, icon, title, name, children }: NoticeProps) {
  return (
    <section className={classes.notice} data-tone={tone} data-testid="notice" data-notice={name} aria-label={title}>
      {icon}
      <p>
        <strong>{title}.</strong> {children}
      </p>
    </section>
  );
}
