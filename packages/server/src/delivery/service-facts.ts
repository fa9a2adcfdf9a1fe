import { setImmediate as nextTurn } from "node:timers/promises";
import { FactFold } from "@steadfast/core/delivery/fact-fold";
import type { DeliveryFacts, FactKind, SourceFact } from "@steadfast/core/delivery/facts";
import type { ToldKind } from "@steadfast/core/delivery/told";
import type { Kysely } from "kysely";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { countTellings, type FactsOf, readTellings, readTellingsSince, type TellingRow, toTold } from "./read.ts";

/** Read from JSON and sorted into the facts in one turn: about 10 ms, then others have theirs. */
const ROWS_PER_TURN = 2_000;

const FACT_KIND_BY_TOLD: Readonly<Record<ToldKind, FactKind>> = {
  commit: "commits",
  change: "changes",
  deployment: "deployments",
  incident: "incidents",
  "pipeline-run": "pipeline-runs",
  "test-run": "test-runs",
};

/**
 * The facts of one service in one environment, kept: after news only the news is read and folded in. The first time, and whenever the number of tellings says that
 * something came in between which was recorded before the news (two nodes' clocks differ), everything is read.
 */
export class ServiceFacts {
  readonly #db: Kysely<Tables>;
  readonly #of: FactsOf;
  #held = new Held();
  #reading: Promise<DeliveryFacts> | undefined;

  constructor(db: Kysely<Tables>, of: FactsOf) {
    this.#db = db;
    this.#of = of;
  }

  /** How many tellings are kept. */
  get size(): number {
    return this.#held.size;
  }

  /** Everything that was told until now. Who asks while another is answered is answered after that. What is returned is shared: it must not be changed. */
  read(): Promise<DeliveryFacts> {
    const before = this.#reading;
    const reading = before === undefined ? this.#catchUp() : before.then(() => this.#catchUp());
    this.#reading = reading;
    return reading;
  }

  async #catchUp(): Promise<DeliveryFacts> {
    const { size, latestMs } = this.#held;
    if (size > 0) {
      if ((await countTellings(this.#db, this.#of)) === size) return this.#held.facts();
      const news = await readTellingsSince(this.#db, this.#of, latestMs);
      const fresh = news.rows.filter((row) => !this.#held.hasLatest(row));
      if (size + fresh.length === news.tellings) {
        await this.#add(fresh);
        return this.#held.facts();
      }
    }
    const rows = await readTellings(this.#db, this.#of);
    this.#held = new Held();
    await this.#add(rows);
    return this.#held.facts();
  }

  async #add(rows: readonly TellingRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_TURN) {
      if (start > 0) await nextTurn();
      for (const row of rows.slice(start, start + ROWS_PER_TURN)) this.#held.add(row, this.#of.service);
    }
  }
}

/** Tellings that were read, and what they amount to. */
class Held {
  readonly #fold = new FactFold();
  readonly #sources = new Map<string, { readonly tells: Set<FactKind>; firstMs: number; lastMs: number }>();
  /** Of the newest millisecond, in which more may come. */
  #latestKeys = new Set<string>();
  #facts: DeliveryFacts | undefined;
  size = 0;
  latestMs = Number.NEGATIVE_INFINITY;

  hasLatest(row: TellingRow): boolean {
    return row.recorded_at_ms === this.latestMs && this.#latestKeys.has(keyOf(row));
  }

  add(row: TellingRow, service: string): void {
    this.#facts = undefined;
    this.#fold.add(toTold(row, service));
    this.#hear(row);
    this.size += 1;
    if (row.recorded_at_ms > this.latestMs) {
      this.latestMs = row.recorded_at_ms;
      this.#latestKeys = new Set();
    }
    if (row.recorded_at_ms === this.latestMs) this.#latestKeys.add(keyOf(row));
  }

  facts(): DeliveryFacts {
    this.#facts ??= { ...this.#fold.facts(), sources: this.#sourceFacts() };
    return this.#facts;
  }

  #hear({ source, kind, recorded_at_ms: atMs }: TellingRow): void {
    const known = this.#sources.get(source) ?? { tells: new Set(), firstMs: atMs, lastMs: atMs };
    known.tells.add(FACT_KIND_BY_TOLD[storedAs<ToldKind>(kind)]);
    known.firstMs = Math.min(known.firstMs, atMs);
    known.lastMs = Math.max(known.lastMs, atMs);
    this.#sources.set(source, known);
  }

  #sourceFacts(): SourceFact[] {
    return [...this.#sources]
      .map(([name, { tells, firstMs, lastMs }]) => ({
        name,
        tells: [...tells].sort(),
        ...{ firstHeardAtMs: firstMs, lastHeardAtMs: lastMs },
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function keyOf({ source, message_id, kind, subject }: TellingRow): string {
  return JSON.stringify([source, message_id, kind, subject]);
}
