import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { followEventStream } from "../api/event-stream.ts";
import { type Freshness, NOT_HEARD } from "../api/freshness.ts";
import { activeRolloutsQuery, latestRolloutsQuery, meQuery, rolloutQuery } from "../api/queries.ts";
import { readRollout, readRolloutList } from "../api/read-message.ts";
import type { Rollout } from "../api/types.ts";

/** Keeps the rollouts of an environment up to date in the query cache while the page is shown. */
export function useRolloutsStream(environment: string): Freshness {
  const queryClient = useQueryClient();
  const [freshness, setFreshness] = useState(NOT_HEARD);
  useEffect(() => {
    setFreshness(NOT_HEARD);
    let endedBefore = "";
    return followEventStream({
      url: () => `/api/v1/rollouts/stream?environment=${encodeURIComponent(environment)}`,
      eventName: "rollouts",
      onState: (state) => {
        setFreshness((before) => (before.state === state ? before : { ...before, state }));
        if (state === "reconnecting") void queryClient.invalidateQueries(meQuery);
      },
      onMessage: (data) => {
        const rollouts = readRolloutList(data);
        if (!rollouts) return;
        queryClient.setQueryData(activeRolloutsQuery(environment).queryKey, rollouts);
        for (const rollout of rollouts) queryClient.setQueryData(rolloutQuery(rollout.id).queryKey, rollout);
        setFreshness({ state: "live", lastMessageAtMs: Date.now() });
        const ended = endedIds(rollouts);
        if (ended !== endedBefore) void queryClient.invalidateQueries(latestRolloutsQuery(environment));
        endedBefore = ended;
      },
    });
  }, [environment, queryClient]);
  return freshness;
}

/** Keeps one rollout up to date, as long as it can still change. */
export function useRolloutStream(id: string, isFollowed: boolean): Freshness {
  const queryClient = useQueryClient();
  const [freshness, setFreshness] = useState(NOT_HEARD);
  useEffect(() => {
    if (!isFollowed) return;
    setFreshness(NOT_HEARD);
    return followEventStream({
      url: () => `/api/v1/rollouts/${encodeURIComponent(id)}/stream`,
      eventName: "rollout",
      onState: (state) => {
        setFreshness((before) => (before.state === state ? before : { ...before, state }));
        if (state === "reconnecting") void queryClient.invalidateQueries(meQuery);
      },
      onMessage: (data) => {
        const rollout = readRollout(data);
        if (!rollout) return;
        queryClient.setQueryData(rolloutQuery(id).queryKey, rollout);
        setFreshness({ state: "live", lastMessageAtMs: Date.now() });
      },
    });
  }, [id, isFollowed, queryClient]);
  return freshness;
}

function endedIds(rollouts: readonly Rollout[]): string {
  const ended = rollouts.filter((rollout) => rollout.endedAt !== null);
  return ended.map((rollout) => `${rollout.id}/${rollout.state}`).join(" ");
}
