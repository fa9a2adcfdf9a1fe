import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { activeRolloutsQuery, latestRolloutsQuery } from "../api/queries.ts";
import type { Rollout } from "../api/types.ts";
import { aboutQuery } from "../health/health-queries.ts";
import { type HealthPart, HealthStrip } from "../health/health-strip.tsx";
import { useEnvironment } from "../shell/environment.ts";
import { dayStartMs } from "../ui/day-start.ts";
import { FreshnessLine } from "../ui/freshness-line.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { usePageTitle } from "../ui/use-page-title.ts";
import { ConcernList } from "./concern-list.tsx";
import { concernsOf } from "./concerns.ts";
import { EndedList } from "./ended-list.tsx";
import { type Groups, groupRollouts, tallyOf } from "./now-groups.ts";
import classes from "./now-page.module.css";
import { RolloutCard } from "./rollout-card.tsx";
import { StartSteps } from "./start-steps.tsx";
import { useRollBackShortcut } from "./use-roll-back-shortcut.ts";
import { useRolloutsStream } from "./use-rollouts-stream.ts";

const route = getRouteApi("/signed-in/");

/** One glance: is anything hurting, what is moving, what did it, how to take it back; and whether the control plane is well. */
export function NowPage() {
  const environment = useEnvironment();
  const { health } = route.useSearch();
  const navigate = route.useNavigate();
  const freshness = useRolloutsStream(environment);
  const active = useQuery(activeRolloutsQuery(environment));
  const latest = useQuery(latestRolloutsQuery(environment));
  const about = useQuery(aboutQuery);
  const nowMs = useNowMs();
  useRollBackShortcut();

  const groups = groupRollouts(active.data ?? [], latest.data ?? [], { nowMs, dayStartMs: dayStartMs(nowMs) });
  const concerns = concernsOf({
    rollouts: [...groups.inFlight, ...groups.endedToday],
    freshness,
    isGuardOnTime: about.data?.judge.isOnTime,
    nowMs,
  });
  const hurting = concerns.filter(({ severity }) => severity !== "told").length;
  usePageTitle(titleOf(groups, hurting));
  const isIdle = groups.inFlight.length + groups.queued.length === 0;
  const openHealth = (part: HealthPart | undefined) =>
    void navigate({
      to: "/",
      replace: true,
      resetScroll: false,
      search: (before) => ({
        ...(before.environment === undefined ? {} : { environment: before.environment }),
        ...(part ? { health: part } : {}),
      }),
    });

  return (
    <div className={classes.page}>
      <PageHead title="Now" note={summaryOf(groups, environment)}>
        <FreshnessLine freshness={freshness} />
      </PageHead>
      {active.isError && !active.data ? (
        <ErrorState
          title="What is in flight could not be read"
          error={active.error}
          onRetry={() => void active.refetch()}
        />
      ) : (
        <ConcernList concerns={concerns} calm={calmOf(groups, environment)} />
      )}
      <HealthStrip environment={environment} isTelemetryNeeded={!isIdle} open={health} onOpen={openHealth} />
      {active.isPending && <LoadingState label="Loading what is in flight" heights={[330]} />}
      {active.data && latest.data && isIdle && (
        <StartSteps environment={environment} isFirst={latest.data.length === 0} />
      )}
      <Section title="In flight" rollouts={groups.inFlight} />
      <Section title="Queued" rollouts={groups.queued} />
      <Section title="Completed, still watched" rollouts={groups.watched} />
      <Ended title="Ended today" rollouts={groups.endedToday} />
      <Ended title="Ended before today" rollouts={groups.endedEarlier} />
    </div>
  );
}

function Section({ title, rollouts }: { title: string; rollouts: readonly Rollout[] }) {
  if (rollouts.length === 0) return null;
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      {rollouts.map((rollout) => (
        <RolloutCard key={rollout.id} rollout={rollout} />
      ))}
    </section>
  );
}

function Ended({ title, rollouts }: { title: string; rollouts: readonly Rollout[] }) {
  if (rollouts.length === 0) return null;
  return (
    <section className={classes.section}>
      <h2>
        {title}: {tallyOf(rollouts)}
      </h2>
      <EndedList rollouts={rollouts} />
    </section>
  );
}

/** The window's title tells those who look at another window. */
function titleOf({ inFlight }: Groups, hurting: number): string {
  if (hurting > 0) return `⚠ ${hurting} to look at`;
  return inFlight.length > 0 ? `${inFlight.length} in flight` : "Now";
}

function summaryOf(groups: Groups, environment: string): string {
  const parts = [
    groups.inFlight.length > 0 && `${groups.inFlight.length} in flight`,
    groups.queued.length > 0 && `${groups.queued.length} queued`,
    groups.watched.length > 0 && `${groups.watched.length} watched`,
  ].filter(Boolean);
  return parts.length > 0 ? `${environment}: ${parts.join(", ")}` : environment;
}

function calmOf({ inFlight, queued, watched }: Groups, environment: string): string {
  if (inFlight.length > 0) {
    return `${inFlight.length === 1 ? "One rollout moves" : `${inFlight.length} rollouts move`}, and the guard sees no harm.`;
  }
  if (watched.length > 0) return "What completed lately is still watched.";
  return queued.length > 0 ? "What is queued starts by itself." : `Nothing moves in ${environment}.`;
}
