import { IconMapQuestion } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { memo, useEffect, useMemo } from "react";
import { ApiProblem } from "../api/api-problem.ts";
import { rolloutQuery } from "../api/queries.ts";
import type { JournalEvent, Rollout } from "../api/types.ts";
import { formatDuration, formatExactTime } from "../ui/format.ts";
import { FreshnessLine } from "../ui/freshness-line.tsx";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { usePageTitle } from "../ui/use-page-title.ts";
import { RolloutCharts } from "./charts/rollout-charts.tsx";
import { useSeries } from "./charts/use-series.ts";
import { logEntries } from "./log/log-entries.ts";
import { logMarks } from "./log/log-marks.ts";
import { logKey, logQuery } from "./log/log-queries.ts";
import { RolloutLog } from "./log/rollout-log.tsx";
import { RolloutBar } from "./rollout-bar.tsx";
import { Provenance } from "./rollout-header.tsx";
import { RolloutJudgement } from "./rollout-judgement.tsx";
import { RolloutNotices } from "./rollout-notice.tsx";
import classes from "./rollout-page.module.css";
import { isInFlight, isWatched } from "./rollout-phase.ts";
import { ShadowNote } from "./shadow-note.tsx";
import { stageRows } from "./stage-rows.ts";
import { StageTable } from "./stage-table.tsx";
import { useRollBackShortcut } from "./use-roll-back-shortcut.ts";
import { useRolloutStream } from "./use-rollouts-stream.ts";

/** How often the log of a live rollout asks for what is new. */
const LOG_REFRESH_MS = 3_000;

const NO_EVENTS: readonly JournalEvent[] = [];

const route = getRouteApi("/signed-in/rollouts/$rolloutId");

export function RolloutPage() {
  const { rolloutId } = route.useParams();
  const rollout = useQuery(rolloutQuery(rolloutId));
  usePageTitle(rollout.data ? rollout.data.flag : "Rollout");
  if (rollout.data) return <RolloutDetails key={rolloutId} rollout={rollout.data} />;
  if (rollout.isPending) return <LoadingState label="Loading the rollout" heights={[30, 300, 260]} />;
  if (rollout.error instanceof ApiProblem && rollout.error.status === 404) return <NoSuchRollout />;
  return (
    <ErrorState
      isWholePage
      title="The rollout could not be read"
      error={rollout.error}
      onRetry={() => void rollout.refetch()}
    />
  );
}

/** Asking again would not help: leads to where rollouts are. */
function NoSuchRollout() {
  return (
    <EmptyState isWholePage icon={<IconMapQuestion size={22} aria-hidden />} title="There is no such rollout">
      <p>
        The link may be of another server, or mistyped. What moves is on the first page; every rollout that ever was is
        in the journal.
      </p>
      <p>
        <Link to="/">See what is moving now</Link> ·{" "}
        <Link to="/journal" search={{ kind: "started" }}>
          Rollouts in the journal
        </Link>
      </p>
    </EmptyState>
  );
}

function RolloutDetails({ rollout }: { rollout: Rollout }) {
  const { entry } = route.useSearch();
  const nowMs = useNowMs();
  const queryClient = useQueryClient();
  const isLive = isInFlight(rollout) || isWatched(rollout, nowMs);
  const freshness = useRolloutStream(rollout.id, isLive);
  const log = useQuery({ ...logQuery(queryClient, rollout.id), refetchInterval: isLive ? LOG_REFRESH_MS : false });
  const events = log.data?.events ?? NO_EVENTS;
  const entries = useMemo(() => logEntries(log.data?.decisions ?? [], log.data?.events ?? []), [log.data]);
  const marks = useMemo(() => logMarks(entries), [entries]);
  // What the log tells of the rollout stays the same while figures change each second: neither is it drawn anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is what the log would show
  const atTurn = useMemo(() => rollout, [rollout.id, rollout.state, rollout.stage, rollout.baseline]);
  useReadLogOnTurn(rollout);
  useRollBackShortcut();
  return (
    <div className={classes.page} data-rollout={rollout.id} data-state={rollout.state}>
      <div className={classes.crumbs}>
        <Link to="/" search={{ environment: rollout.environment }}>
          Now in {rollout.environment}
        </Link>
        {isLive && <FreshnessLine freshness={freshness} />}
      </div>
      <RolloutBar rollout={rollout} />
      <div className={classes.head}>
        <Provenance rollout={rollout} />
        <EndLine rollout={rollout} />
      </div>
      <RolloutNotices rollout={rollout} events={events} />
      <section className={classes.panel} aria-label="Judgement">
        <RolloutJudgement rollout={rollout} isWholePage />
      </section>
      {rollout.state !== "queued" && <RolloutCharts rollout={rollout} isLive={isLive} marks={marks} />}
      {rollout.state !== "queued" && <Stages rollout={rollout} events={events} isLive={isLive} />}
      {rollout.state !== "queued" && <ShadowNote rollout={rollout} />}
      <section className={classes.section}>
        <h2>What was decided and done</h2>
        {log.isError ? (
          <ErrorState title="The log could not be read" error={log.error} onRetry={() => void log.refetch()} />
        ) : (
          <RolloutLog rollout={atTurn} entries={entries} linkedSeq={entry} />
        )}
      </section>
    </div>
  );
}

type StagesProps = { readonly rollout: Rollout; readonly events: readonly JournalEvent[]; readonly isLive: boolean };

/** From the whole of it, whatever span the charts show. */
const Stages = memo(function Stages({ rollout, events, isLive }: StagesProps) {
  const series = useSeries(rollout, {}, isLive).data;
  const rows = useMemo(() => stageRows(rollout, events, series), [rollout, events, series]);
  return (
    <section className={classes.section}>
      <h2>Stages</h2>
      <StageTable rollout={rollout} rows={rows} />
    </section>
  );
});

/** A turn, the last one above all, stands in the log at once: when it ended, nothing asks again later. */
function useReadLogOnTurn({ id, state, stage }: Rollout): void {
  const queryClient = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn is a reason to ask
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: logKey(id) });
  }, [id, state, stage, queryClient]);
}

function EndLine({ rollout }: { rollout: Rollout }) {
  if (!rollout.endedAt) return null;
  const startedAt = rollout.startedAt ?? rollout.createdAt;
  const seconds = (Date.parse(rollout.endedAt) - Date.parse(startedAt)) / 1_000;
  const by = rollout.endedBy?.kind === "system" ? "by itself" : `by ${rollout.endedBy?.name ?? "nobody known"}`;
  return (
    <p className={classes.end}>
      {rollout.state === "completed" ? "Completed" : "Ended"} <RelativeTime at={rollout.endedAt} />, {by}, after{" "}
      {formatDuration(seconds)}.
      <span className={classes.printed}>
        {" "}
        From {formatExactTime(Date.parse(startedAt))} to {formatExactTime(Date.parse(rollout.endedAt))}.
      </span>
    </p>
  );
}
