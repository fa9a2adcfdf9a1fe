import { useQuery } from "@tanstack/react-query";
import { activeRolloutsQuery, latestRolloutsQuery } from "../api/queries.ts";
import type { Rollout } from "../api/types.ts";
import { useEnvironment } from "../shell/environment.ts";
import { FreshnessLine } from "../ui/freshness-line.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { usePageTitle } from "../ui/use-page-title.ts";
import { EndedList } from "./ended-list.tsx";
import classes from "./now-page.module.css";
import { RolloutCard } from "./rollout-card.tsx";
import { isInFlight, isWatched, needsAttention } from "./rollout-phase.ts";
import { StartSteps } from "./start-steps.tsx";
import { useRollBackShortcut } from "./use-roll-back-shortcut.ts";
import { useRolloutsStream } from "./use-rollouts-stream.ts";

const ENDED_SHOWN_MAX = 8;

/** What is moving, what waits, and what ended lately, in one environment. */
export function NowPage() {
  const environment = useEnvironment();
  const freshness = useRolloutsStream(environment);
  const active = useQuery(activeRolloutsQuery(environment));
  const latest = useQuery(latestRolloutsQuery(environment));
  const nowMs = useNowMs();
  useRollBackShortcut();

  const groups = grouped(active.data ?? [], latest.data ?? [], nowMs);
  usePageTitle(groups.inFlight.length > 0 ? `${groups.inFlight.length} in flight` : "Now");
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Now</h1>
        <span className={classes.summary}>{summaryOf(groups, environment)}</span>
        <FreshnessLine freshness={freshness} />
      </div>
      {active.isPending && <LoadingState label="Loading what is in flight" heights={[330]} />}
      {active.isError && !active.data && (
        <ErrorState
          title="What is in flight could not be read"
          error={active.error}
          onRetry={() => void active.refetch()}
        />
      )}
      {active.data && groups.inFlight.length + groups.queued.length === 0 && <StartSteps environment={environment} />}
      {groups.inFlight.length > 0 && <Section title="In flight" rollouts={groups.inFlight} />}
      {groups.queued.length > 0 && <Section title="Queued" rollouts={groups.queued} />}
      {groups.watched.length > 0 && <Section title="Completed, still watched" rollouts={groups.watched} />}
      {groups.ended.length > 0 && (
        <section className={classes.section}>
          <h2>Ended lately</h2>
          <EndedList rollouts={groups.ended} />
        </section>
      )}
    </div>
  );
}

function Section({ title, rollouts }: { title: string; rollouts: readonly Rollout[] }) {
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      {rollouts.map((rollout) => (
        <RolloutCard key={rollout.id} rollout={rollout} />
      ))}
    </section>
  );
}

type Groups = Readonly<Record<"inFlight" | "queued" | "watched" | "ended", readonly Rollout[]>>;

/** The stream's word counts over the list's: it is newer. */
function grouped(active: readonly Rollout[], latest: readonly Rollout[], nowMs: number): Groups {
  const byId = new Map([...latest, ...active].map((rollout) => [rollout.id, rollout]));
  const all = [...byId.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  const ended = all.filter((rollout) => !isInFlight(rollout) && !isWatched(rollout, nowMs));
  const queued = all.filter((rollout) => rollout.state === "queued");
  return {
    inFlight: all.filter((rollout) => rollout.state === "running" || rollout.state === "paused"),
    queued: queued.sort((a, b) => (a.waitsFor?.position ?? 0) - (b.waitsFor?.position ?? 0)),
    watched: all.filter((rollout) => isWatched(rollout, nowMs)),
    ended: ended.sort((a, b) => endedAtMs(b) - endedAtMs(a)).slice(0, ENDED_SHOWN_MAX),
  };
}

function endedAtMs(rollout: Rollout): number {
  return rollout.endedAt ? Date.parse(rollout.endedAt) : 0;
}

function summaryOf(groups: Groups, environment: string): string {
  const attention = groups.inFlight.filter(needsAttention).length;
  const parts = [
    groups.inFlight.length > 0 && `${groups.inFlight.length} in flight`,
    groups.queued.length > 0 && `${groups.queued.length} queued`,
    groups.watched.length > 0 && `${groups.watched.length} watched`,
    attention > 0 && `${attention} to look at`,
  ].filter(Boolean);
  return parts.length > 0 ? `${environment}: ${parts.join(", ")}` : "";
}
