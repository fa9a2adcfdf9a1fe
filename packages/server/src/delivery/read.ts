import { repositoryScope, serviceScope, WHERE_IT_RUNS } from "@steadfast/core/delivery/scope";
import type { Told } from "@steadfast/core/delivery/told";
import { type Kysely, type SelectQueryBuilder, sql } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";

/** What of a telling a fact is made from: fifty thousand rows are read for a page. */
const FACT_COLUMNS = ["kind", "subject", "source", "message_id", "scope", "at_ms", "recorded_at_ms", "told"] as const;

export type TellingRow = Pick<Tables["delivery_telling"], (typeof FACT_COLUMNS)[number]>;

export type FactsOf = {
  readonly service: string;
  readonly environment: string;
  readonly repositories: readonly string[];
  /** It has what was told of where the service runs: `isWhereItRuns`. */
  readonly isWhereItRuns: boolean;
};

/** One question: about 5 ms, and 3 MB that are gone before the next ones come, so that the collector need not carry all of them along. */
export const ROWS_PER_PAGE = 4_000;

/**
 * All that was told about a service in an environment, by pages, in no order that means anything. What its repositories' sources told belongs to it, too.
 * What others record in the meantime is left for the next reading of news, unless it lies before what was there already.
 */
export async function* readTellings(db: Kysely<Tables>, of: FactsOf): AsyncGenerator<readonly TellingRow[]> {
  const { latestMs } = await select(db, of)
    .select((eb) => eb.fn.max("recorded_at_ms").as("latestMs"))
    .executeTakeFirstOrThrow();
  // Each on its own: the index has them in this order then.
  for (const scope of scopesOf(of)) {
    for (const environment of environmentsOf(of)) {
      const until = db
        .selectFrom("delivery_telling")
        .select(FACT_COLUMNS)
        .where("scope", "=", scope)
        .where("environment", "=", environment)
        .where("recorded_at_ms", "<=", Number(latestMs));
      yield* pagesOf(until);
    }
  }
}

/** In the order in which they were recorded. */
async function* pagesOf(
  all: SelectQueryBuilder<Tables, "delivery_telling", TellingRow>,
): AsyncGenerator<readonly TellingRow[]> {
  let fromMs = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await all
      .where("recorded_at_ms", ">=", fromMs)
      .orderBy("recorded_at_ms")
      .limit(ROWS_PER_PAGE)
      .execute();
    const lastMs = page.at(-1)?.recorded_at_ms;
    if (lastMs === undefined || page.length < ROWS_PER_PAGE) return yield page;
    // Of the last millisecond there may be more behind the page, or nothing else in it.
    const whole = page.filter(({ recorded_at_ms: atMs }) => atMs < lastMs);
    yield whole.length > 0 ? whole : await all.where("recorded_at_ms", "=", lastMs).execute();
    fromMs = whole.length > 0 ? lastMs : lastMs + 1;
  }
}

export type TellingNews = {
  readonly rows: readonly TellingRow[];
  /** How many there are in all, at the same moment. */
  readonly tellings: number;
};

/** What of it was recorded at that millisecond or later. */
export async function readTellingsSince(db: Kysely<Tables>, of: FactsOf, sinceMs: number): Promise<TellingNews> {
  const rows = await select(db, of)
    .select(FACT_COLUMNS)
    .select(select(db, of).select(COUNT).as("tellings"))
    .where("recorded_at_ms", ">=", sinceMs)
    .execute();
  return { rows, tellings: Number(rows[0]?.tellings ?? 0) };
}

/** How many there are. They are only ever added, so the same number is the same tellings. */
export async function countTellings(db: Kysely<Tables>, of: FactsOf): Promise<number> {
  const { tellings } = await select(db, of).select(COUNT).executeTakeFirstOrThrow();
  return Number(tellings);
}

/** Of what was told of an incident's end, the latest word is a time. */
export async function isIncidentOver(
  db: Kysely<Tables>,
  { service, environment }: Pick<FactsOf, "service" | "environment">,
  incident: string,
): Promise<boolean> {
  const rows = await db
    .selectFrom("delivery_telling")
    .select(["told", "at_ms"])
    .where("scope", "=", serviceScope(service))
    .where("environment", "in", ["", environment])
    .where("kind", "=", "incident")
    .where("subject", "=", incident)
    .execute();
  const ends = rows
    .toSorted((a, b) => Number(a.at_ms) - Number(b.at_ms))
    .map(({ told }) => readStoredJson<{ readonly resolvedAtMs?: number | null }>(told).resolvedAtMs);
  return typeof ends.findLast((end) => end !== undefined) === "number";
}

const COUNT = sql<number>`count(*)`.as("tellings");

function select(db: Kysely<Tables>, of: FactsOf) {
  return db
    .selectFrom("delivery_telling")
    .where("scope", "in", scopesOf(of))
    .where("environment", "in", environmentsOf(of));
}

/** What was told for none in particular belongs to each. */
function environmentsOf({ environment, isWhereItRuns }: FactsOf): string[] {
  return [...new Set(["", environment, ...(isWhereItRuns ? [WHERE_IT_RUNS] : [])])];
}

function scopesOf({ service, repositories }: FactsOf): string[] {
  return [...new Set([serviceScope(service), ...repositories.map(repositoryScope)])];
}

/** A row as it was told; a deployment told for a repository is one of the service that asks. */
export function toTold(row: TellingRow, service: string): Told {
  const { kind, subject, source, message_id: messageId, at_ms: atMs } = row;
  const said = readStoredJson<object>(row.told);
  const told = kind === "deployment" ? { service, ...said } : said;
  return storedAs<Told>({ kind, subject, source, messageId, atMs, told });
}
