import type { Database } from "../db/database.ts";

/** What became of a webhook's message. `unknown`: a type that nobody reads here. */
export type MessageOutcome = "told" | "ignored" | "unknown" | "refused";

export type CountedMessage = {
  readonly sourceId: string;
  readonly event: string;
  readonly outcome: MessageOutcome;
};

/** Counts what came from each source. Best effort: a figure for people, and no reason to refuse a message. */
export type MessageTally = {
  count(message: CountedMessage): void;
  /** Stores what was counted, and answers when it is. @throws when the store is away; the counts wait for the next time */
  flush(): Promise<void>;
};

/** Kinds of events counted for a source: who sends more names than a forge has means no good. */
const EVENTS_PER_SOURCE_MAX = 200;
/** Of those, the ones of refused messages: whoever has no secret must not take the room of those who have. */
const REFUSED_EVENTS_PER_SOURCE_MAX = 20;
/** What is counted under neither. */
const OTHERS = "(others)";
/** Counts that wait: 200 sources with 20 kinds each. At about 200 bytes each, 1 MB. */
const WAITING_MAX = 4_000;
/** Senders without the secret cost the store one write in this time, however many they are. */
const FLUSH_INTERVAL_MS = 1_000;

type Waiting = CountedMessage & { readonly count: number; readonly lastAtMs: number };

/** @param onFailure told of a store that was away when it was time to write */
export function createMessageTally(
  database: Database,
  nowMs: () => number,
  onFailure: (error: unknown) => void,
): MessageTally {
  let waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const add = (given: Waiting): void => {
    const hasRoom = waiting.size < WAITING_MAX || waiting.has(keyOf(given));
    const message = hasRoom ? given : { ...given, event: OTHERS };
    const key = keyOf(message);
    const known = waiting.get(key);
    const count = (known?.count ?? 0) + message.count;
    waiting.set(key, { ...message, count, lastAtMs: Math.max(known?.lastAtMs ?? 0, message.lastAtMs) });
  };

  const store = async (): Promise<void> => {
    const counted = [...waiting.values()];
    if (counted.length === 0) return;
    waiting = new Map();
    try {
      await insertCounts(database, counted);
    } catch (error) {
      for (const each of counted) add(each);
      throw error;
    }
  };

  // One after the other: two transactions would decide at once which kinds still have room.
  const flush = (): Promise<void> => {
    writing = writing.catch(() => {}).then(store);
    return writing;
  };

  return {
    count(message) {
      add({ ...message, count: 1, lastAtMs: nowMs() });
      if (timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        flush().catch(onFailure);
      }, FLUSH_INTERVAL_MS);
      timer.unref();
    },
    flush,
  };
}

async function insertCounts(database: Database, counted: readonly Waiting[]): Promise<void> {
  await database.transaction(async (trx) => {
    const known = await trx
      .selectFrom("delivery_source_tally")
      .select(["source_id", "event", "outcome"])
      .where("source_id", "in", [...new Set(counted.map(({ sourceId }) => sourceId))])
      .execute();
    const rows = known.map((row) => ({ sourceId: row.source_id, event: row.event, outcome: row.outcome }));
    for (const each of named(counted, rows)) {
      await trx
        .insertInto("delivery_source_tally")
        .values({
          ...{ source_id: each.sourceId, event: each.event, outcome: each.outcome },
          ...{ count: each.count, last_at_ms: each.lastAtMs },
        })
        .onConflict((conflict) =>
          conflict.columns(["source_id", "event", "outcome"]).doUpdateSet((set) => ({
            count: set("delivery_source_tally.count", "+", each.count),
            last_at_ms: each.lastAtMs,
          })),
        )
        .execute();
    }
  });
}

/** Under the names they are stored by, each once; in one order on every node, so that two of them never wait for each other. */
function named(counted: readonly Waiting[], stored: readonly Row[]): readonly Waiting[] {
  const known = [...stored];
  const byName = new Map<string, Waiting>();
  for (const each of counted) {
    const own = { ...each, event: nameFor(each, known) };
    const same = byName.get(keyOf(own));
    if (same === undefined) known.push(own);
    const lastAtMs = Math.max(each.lastAtMs, same?.lastAtMs ?? 0);
    byName.set(keyOf(own), { ...own, count: each.count + (same?.count ?? 0), lastAtMs });
  }
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

type Row = { readonly sourceId: string; readonly event: string; readonly outcome: string };

/** Its own name, while its source has room for one more. */
function nameFor({ sourceId, event, outcome }: CountedMessage, known: readonly Row[]): string {
  const own = known.filter((row) => row.sourceId === sourceId);
  if (own.some((row) => row.event === event && row.outcome === outcome)) return event;
  const refused = own.filter((row) => row.outcome === "refused").length;
  if (outcome === "refused") return refused < REFUSED_EVENTS_PER_SOURCE_MAX ? event : OTHERS;
  return own.length - refused < EVENTS_PER_SOURCE_MAX ? event : OTHERS;
}

function keyOf({ sourceId, event, outcome }: CountedMessage): string {
  return JSON.stringify([sourceId, event, outcome]);
}
