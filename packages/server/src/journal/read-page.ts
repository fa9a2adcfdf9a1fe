import type { StoredEvent } from "./event.ts";
import type { Journal } from "./journal.ts";
import type { EventQuery } from "./read.ts";

/**
 * Events through which one page looks for a text, which no index serves. The embedded store answers on the server's own
 * thread: 100,000 reasons took it 0.4 to 0.8 s on a machine with much else to do, so a fifth of that. A page may come
 * out short, or empty, and still have a next one.
 */
const TEXT_SEARCH_EVENTS_MAX = 20_000;

export type EventsPage = {
  readonly events: readonly StoredEvent[];
  /** From where the next page goes on, in the query's direction; `null`: there is none. */
  readonly nextSeq: number | null;
};

export async function readEventsPage(
  journal: Pick<Journal, "read" | "headSeq">,
  query: EventQuery,
  searchMax = TEXT_SEARCH_EVENTS_MAX,
): Promise<EventsPage> {
  const { limit } = query;
  const bounded = query.text === undefined ? null : boundSearch(query, await journal.headSeq(), searchMax);
  const found = await journal.read({ ...query, ...bounded?.range, limit: limit + 1 });
  const events = found.slice(0, limit);
  const last = events.at(-1);
  if (found.length > limit && last) return { events, nextSeq: last.seq };
  return { events, nextSeq: bounded?.nextSeq ?? null };
}

/** The part of the journal that this page searches, and where the next one begins. */
function boundSearch({ afterSeq, beforeSeq, order }: EventQuery, headSeq: number, searchMax: number) {
  const low = afterSeq ?? 0;
  const high = Math.min(beforeSeq ?? headSeq + 1, headSeq + 1);
  if (high - low - 1 <= searchMax) return { range: {}, nextSeq: null };
  if (order === "desc") {
    const from = high - 1 - searchMax;
    return { range: { afterSeq: from, beforeSeq: high }, nextSeq: from + 1 };
  }
  const to = low + 1 + searchMax;
  return { range: { afterSeq: low, beforeSeq: to }, nextSeq: to - 1 };
}
