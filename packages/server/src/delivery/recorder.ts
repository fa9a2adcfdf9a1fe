import type { ScopedTold } from "@steadfast/core/delivery/scope";
import { isStoreProblem } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { type Recorded, recordTogether, type TellingRequest } from "./record.ts";

/**
 * Of one transaction: at 20 µs each, others who write wait 40 ms. With 5,000 three of four senders shared one, and while it was written nobody was left whose next
 * request could be read. A request that has more has a transaction of its own.
 */
const TELLINGS_PER_TRANSACTION_MAX = 2_000;

/**
 * Writes what sources told into the journal, each message once, whoever tells it at the same time.
 *
 * Resolves when it is durable.
 */
export type RecordTellings = (tellings: readonly ScopedTold[], provenance: Provenance) => Promise<Recorded>;

type Waiting = TellingRequest & {
  readonly resolve: (recorded: Recorded) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * One for each node. What comes while a transaction is under way waits and shares the next one: a thousand webhooks at once are a few waits for the disk, not a thousand.
 * Who waits is answered after the commit; how much waits is bounded by the bodies that a node takes in at a time.
 */
export function createRecorder(journal: Journal): RecordTellings {
  let waiting: Waiting[] = [];
  let isWriting = false;

  const writeAll = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const group = firstOf(waiting);
      waiting = waiting.slice(group.length);
      await write(journal, group);
    }
    isWriting = false;
  };

  return (tellings, provenance) => {
    if (tellings.length === 0) return Promise.resolve({ recorded: 0, duplicates: 0 });
    return new Promise((resolve, reject) => {
      waiting.push({ tellings, provenance, resolve, reject });
      if (!isWriting) void writeAll();
    });
  };
}

/** At least one. */
function firstOf(waiting: readonly Waiting[]): readonly Waiting[] {
  let tellings = 0;
  const end = waiting.findIndex((each, index) => {
    tellings += each.tellings.length;
    return index > 0 && tellings > TELLINGS_PER_TRANSACTION_MAX;
  });
  return end < 0 ? waiting : waiting.slice(0, end);
}

/** Never fails: each is told what became of its own. */
async function write(journal: Journal, group: readonly Waiting[]): Promise<void> {
  try {
    const recorded = await recordTogether(journal, group);
    for (const [index, each] of group.entries()) each.resolve(recorded[index] ?? { recorded: 0, duplicates: 0 });
  } catch (error) {
    // A store that is away or full is everybody's matter. Anything else is one message's, and must not be the others' misfortune.
    if (isStoreProblem(error) || group.length === 1) for (const each of group) each.reject(error);
    else {
      // By halves: one of a thousand is found in twenty transactions.
      const half = Math.ceil(group.length / 2);
      await write(journal, group.slice(0, half));
      await write(journal, group.slice(half));
    }
  }
}
