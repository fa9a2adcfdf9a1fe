import { setImmediate as nextTurn } from "node:timers/promises";
import { FactFold } from "@steadfast/core/delivery/fact-fold";
import type { DeliveryFacts } from "@steadfast/core/delivery/facts";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { type Heard, HeardSources } from "./heard.ts";
import { countTellings, type FactsOf, readTellings, readTellingsSince, type TellingRow, toTold } from "./read.ts";

/** Read from JSON and sorted into the facts in one turn: about 10 ms, then others have theirs. */
const ROWS_PER_TURN = 2_000;

export type HeardFacts = DeliveryFacts & { readonly heard: readonly Heard[] };

/**
 * The facts of one service in one environment, kept: after news only the news is read and folded in. The first time, and whenever the number of tellings says that
 * something came in between which was recorded before the news (two nodes' clocks differ), everything is read.
 */
export class ServiceFacts {
  readonly #db: Kysely<Tables>;
  readonly #of: FactsOf;
  #held = new Held();
  #reading: Promise<HeardFacts> | undefined;

  constructor(db: Kysely<Tables>, of: FactsOf) {
    this.#db = db;
    this.#of = of;
  }

  /** How many tellings are kept. */
  get size(): number {
    return this.#held.size;
  }

  /** Everything that was told until now. Who asks while another is answered is answered after that. What is returned is shared: it must not be changed. */
  read(): Promise<HeardFacts> {
    const before = this.#reading;
    const reading = before === undefined ? this.#catchUp() : before.then(() => this.#catchUp());
    this.#reading = reading;
    return reading;
  }

  async #catchUp(): Promise<HeardFacts> {
    const { size, latestMs } = this.#held;
    if (size > 0) {
      if ((await countTellings(this.#db, this.#of)) === size) return this.#held.facts();
      const news = await readTellingsSince(this.#db, this.#of, latestMs);
      const fresh = news.rows.filter((row) => !this.#held.hasLatest(row));
      if (size + fresh.length === news.tellings) {
        await this.#add(this.#held, fresh);
        return this.#held.facts();
      }
    }
    const held = new Held();
    for await (const rows of readTellings(this.#db, this.#of)) await this.#add(held, rows);
    this.#held = held;
    return held.facts();
  }

  async #add(held: Held, rows: readonly TellingRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_TURN) {
      held.add(rows.slice(start, start + ROWS_PER_TURN), this.#of.service);
      await nextTurn();
    }
  }
}

/** Tellings that were read, and what they amount to. */
class Held {
  readonly #fold = new FactFold();
  readonly #heard = new HeardSources();
  /** Of the newest millisecond, in which more may come. */
  #latestKeys = new Set<string>();
  #facts: HeardFacts | undefined;
  size = 0;
  latestMs = Number.NEGATIVE_INFINITY;

  hasLatest(row: TellingRow): boolean {
    return row.recorded_at_ms === this.latestMs && this.#latestKeys.has(keyOf(row));
  }

  add(rows: readonly TellingRow[], service: string): void {
    this.#facts = undefined;
    let { latestMs } = this;
    for (const row of rows) {
      const told = toTold(row, service);
      this.#fold.add(told);
      this.#heard.add(row, told.kind);
      latestMs = Math.max(latestMs, row.recorded_at_ms);
    }
    this.size += rows.length;
    if (latestMs > this.latestMs) this.#latestKeys = new Set();
    this.latestMs = latestMs;
    for (const row of rows) if (row.recorded_at_ms === latestMs) this.#latestKeys.add(keyOf(row));
  }

  facts(): HeardFacts {
    this.#facts ??= { ...this.#fold.facts(), sources: this.#heard.facts(), heard: this.#heard.byScope() };
    return this.#facts;
  }
}

/** What sources send holds no NUL. */
function keyOf({ source, message_id: messageId, kind, subject }: TellingRow): string {
  return `${source}\0${messageId}\0${kind}\0${subject}`;
}
