import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";
import type { DecisionPage, DecisionRecord, RolloutRecord } from "../api/types.ts";
import type { JudgedTick } from "./record.ts";

/** The charts show the last hour: a tick is a second. */
export const RECORD_TICKS_SHOWN_MAX = 3_600;

const PAGE_TICKS = 1_000;
const PAGE_DECISIONS = 200;

/** 2,000 decisions are the log of a rollout that changed its mind each minute for a day and a half. */
const DECISION_PAGES_MAX = 10;

type ShownRecord = { readonly ticks: readonly JudgedTick[]; readonly lastTick: number };

export const recordKey = (id: string) => ["rollout", id, "record"] as const;

/**
 * The ticks of a rollout's last hour, each with what was concluded from it. Asked again, it reads only what is new.
 *
 * @param knownTick the newest tick that is known of
 */
export const recordQuery = (queryClient: QueryClient, id: string, knownTick: number) => {
  const queryKey = recordKey(id);
  return queryOptions<ShownRecord, Error, ShownRecord, typeof queryKey>({
    queryKey,
    queryFn: async ({ signal }) => {
      const before = queryClient.getQueryData<ShownRecord>(queryKey);
      const ticks = [...(before?.ticks ?? [])];
      let after: number | null = before?.lastTick ?? Math.max(0, knownTick - RECORD_TICKS_SHOWN_MAX);
      let lastTick = after;
      // Bounded: an hour of ticks in pages, and one page more for what arrived meanwhile.
      for (let page = 0; after !== null && page <= RECORD_TICKS_SHOWN_MAX / PAGE_TICKS + 1; page += 1) {
        const query = { after, limit: PAGE_TICKS };
        const answer: RolloutRecord = await answerOf(
          api.GET("/api/v1/rollouts/{id}/record", { signal, params: { path: { id }, query } }),
        );
        for (const [index, judged] of answer.judged.entries()) {
          ticks.push({ tick: answer.ticks[index], logEvidence: judged.logEvidence });
          lastTick = judged.tick;
        }
        after = answer.next;
      }
      return { ticks: ticks.slice(-RECORD_TICKS_SHOWN_MAX), lastTick };
    },
  });
};

/** The whole decision log, oldest first. */
export const decisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["rollout", id, "decisions"],
    queryFn: async ({ signal }) => {
      const decisions: DecisionRecord[] = [];
      let after: number | null = 0;
      for (let page = 0; after !== null && page < DECISION_PAGES_MAX; page += 1) {
        const query = { after, limit: PAGE_DECISIONS };
        const answer: DecisionPage = await answerOf(
          api.GET("/api/v1/rollouts/{id}/decisions", { signal, params: { path: { id }, query } }),
        );
        decisions.push(...answer.items);
        after = answer.next === null ? null : Number(answer.next);
      }
      return decisions;
    },
  });
