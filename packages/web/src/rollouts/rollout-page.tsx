import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiProblem } from "../api/api-problem.ts";
import { rolloutQuery } from "../api/queries.ts";
import type { Rollout } from "../api/types.ts";
import { formatDuration } from "../ui/format.ts";
import { FreshnessLine } from "../ui/freshness-line.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { usePageTitle } from "../ui/use-page-title.ts";
import { DecisionLog } from "./decision-log.tsx";
import { RolloutCharts } from "./rollout-charts.tsx";
import { Provenance, RolloutHeader } from "./rollout-header.tsx";
import { RolloutJudgement } from "./rollout-judgement.tsx";
import classes from "./rollout-page.module.css";
import { isInFlight, isWatched } from "./rollout-phase.ts";
import { decisionsQuery, recordKey } from "./rollout-queries.ts";
import { useRollBackShortcut } from "./use-roll-back-shortcut.ts";
import { useRolloutStream } from "./use-rollouts-stream.ts";

/** How often the log of a rollout in flight asks for new decisions. */
const DECISIONS_REFRESH_MS = 3_000;

const route = getRouteApi("/signed-in/rollouts/$rolloutId");

export function RolloutPage() {
  const { rolloutId } = route.useParams();
  const rollout = useQuery(rolloutQuery(rolloutId));
  usePageTitle(rollout.data ? rollout.data.flag : "Rollout");
  if (rollout.data) return <RolloutDetails key={rolloutId} rollout={rollout.data} />;
  if (rollout.isPending) return <LoadingState label="Loading the rollout" heights={[30, 300, 260]} />;
  const isMissing = rollout.error instanceof ApiProblem && rollout.error.status === 404;
  return (
    <ErrorState
      isWholePage
      title={isMissing ? "There is no such rollout" : "The rollout could not be read"}
      error={rollout.error}
      onRetry={() => void rollout.refetch()}
    />
  );
}

function RolloutDetails({ rollout }: { rollout: Rollout }) {
  const nowMs = useNowMs();
  const isLive = isInFlight(rollout) || isWatched(rollout, nowMs);
  const freshness = useRolloutStream(rollout.id, isLive);
  const decisions = useQuery({
    ...decisionsQuery(rollout.id),
    refetchInterval: isLive ? DECISIONS_REFRESH_MS : false,
  });
  useReadAgainOnTurn(rollout);
  useRollBackShortcut();
  return (
    <div className={classes.page} data-rollout={rollout.id} data-state={rollout.state}>
      <div className={classes.crumbs}>
        <Link to="/" search={{ environment: rollout.environment }}>
          Now in {rollout.environment}
        </Link>
        {isLive && <FreshnessLine freshness={freshness} />}
      </div>
      <div className={classes.head}>
        <RolloutHeader rollout={rollout} isPageTitle />
        <Provenance rollout={rollout} />
        <EndLine rollout={rollout} />
      </div>
      <section className={classes.panel} aria-label="Judgement">
        <RolloutJudgement rollout={rollout} />
      </section>
      {rollout.state !== "queued" && <RolloutCharts rollout={rollout} isLive={isLive} />}
      <section className={classes.section}>
        <h2>Decisions</h2>
        {decisions.isError ? (
          <ErrorState
            title="The decisions could not be read"
            error={decisions.error}
            onRetry={() => void decisions.refetch()}
          />
        ) : (
          <DecisionLog decisions={decisions.data ?? []} />
        )}
      </section>
    </div>
  );
}

/** A turn, the last one above all, stands in the log and the charts at once: when it ended, nothing asks again later. */
function useReadAgainOnTurn({ id, state }: Rollout): void {
  const queryClient = useQueryClient();
  const stateBefore = useRef(state);
  useEffect(() => {
    if (stateBefore.current === state) return;
    stateBefore.current = state;
    void queryClient.invalidateQueries(decisionsQuery(id));
    void queryClient.invalidateQueries({ queryKey: recordKey(id) });
  }, [id, state, queryClient]);
}

function EndLine({ rollout }: { rollout: Rollout }) {
  if (!rollout.endedAt) return null;
  const startedAt = rollout.startedAt ?? rollout.createdAt;
  const seconds = (Date.parse(rollout.endedAt) - Date.parse(startedAt)) / 1_000;
  const by = rollout.endedBy?.kind === "system" ? "by itself" : `by ${rollout.endedBy?.name ?? "nobody known"}`;
  return (
    <p className={classes.end}>
      Ended <RelativeTime at={rollout.endedAt} />, {by}, after {formatDuration(seconds)}.
    </p>
  );
}
