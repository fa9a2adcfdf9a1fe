import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";
import type { DecisionPage, DecisionRecord, JournalEvent } from "../../api/types.ts";

const PAGE_LIMIT = 200;

/** 2,000 entries are the log of a rollout that changed its mind each minute for a day and a half. */
const PAGES_MAX = 10;

export const logKey = (id: string) => ["rollout", id, "log"] as const;

type Log = { readonly decisions: readonly DecisionRecord[]; readonly events: readonly JournalEvent[] };

/** Everything that was decided and done, oldest first. Asked again, it reads only what is new. */
export const logQuery = (queryClient: QueryClient, id: string) =>
  queryOptions<Log, Error, Log, ReturnType<typeof logKey>>({
    queryKey: logKey(id),
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData<Log>(logKey(id)) ?? { decisions: [], events: [] };
      const events = [...known.events, ...(await readEvents(id, known.events.at(-1)?.seq ?? 0, signal))];
      const isJudgedSince = events.slice(known.events.length).some((event) => event.type === "rollout.judged");
      const isFirst = known.events.length === 0;
      if (!isFirst && !isJudgedSince) return { events, decisions: known.decisions };
      const decisions = await readDecisions(id, known.decisions.at(-1)?.seq ?? 0, signal);
      return { events, decisions: [...known.decisions, ...decisions] };
    },
  });

async function readEvents(id: string, afterSeq: number, signal: AbortSignal): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  let after = afterSeq;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = { stream: `rollout/${id}`, order: "asc", limit: PAGE_LIMIT, after } as const;
    const answer: { items: JournalEvent[]; next: string | null } = await answerOf(
      api.GET("/api/v1/events", { signal, params: { query } }),
    );
    events.push(...answer.items);
    if (answer.next === null) break;
    after = Number(answer.next);
  }
  return events;
}

async function readDecisions(id: string, afterSeq: number, signal: AbortSignal): Promise<DecisionRecord[]> {
  const decisions: DecisionRecord[] = [];
  let after = afterSeq;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = { after, limit: PAGE_LIMIT };
    const answer: DecisionPage = await answerOf(
      api.GET("/api/v1/rollouts/{id}/decisions", { signal, params: { path: { id }, query } }),
    );
    decisions.push(...answer.items);
    if (answer.next === null) break;
    after = Number(answer.next);
  }
  return decisions;
}
