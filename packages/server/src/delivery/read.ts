import { repositoryScope, serviceScope } from "@steadfast/core/delivery/scope";
import type { Told } from "@steadfast/core/delivery/told";
import { type Kysely, sql } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";

/** What of a telling a fact is made from: fifty thousand rows are read for a page. */
const FACT_COLUMNS = ["kind", "subject", "source", "message_id", "scope", "at_ms", "recorded_at_ms", "told"] as const;

export type TellingRow = Pick<Tables["delivery_telling"], (typeof FACT_COLUMNS)[number]>;

export type FactsOf = {
  readonly service: string;
  readonly environment: string;
  readonly repositories: readonly string[];
};

/** All that was told about a service in an environment. What its repositories' sources told belongs to it, too. */
export async function readTellings(db: Kysely<Tables>, of: FactsOf): Promise<readonly TellingRow[]> {
  return select(db, of).select(FACT_COLUMNS).execute();
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
export async function isIncidentOver(db: Kysely<Tables>, service: string, incident: string): Promise<boolean> {
  const rows = await db
    .selectFrom("delivery_telling")
    .select(["told", "at_ms"])
    .where("scope", "=", serviceScope(service))
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
    .where("environment", "in", ["", of.environment]);
}

function scopesOf({ service, repositories }: FactsOf): string[] {
  return [serviceScope(service), ...repositories.map(repositoryScope)];
}

/** A row as it was told; a deployment told for a repository is one of the service that asks. */
export function toTold(row: TellingRow, service: string): Told {
  const told = readStoredJson<object>(row.told);
  const of = row.kind === "deployment" ? { service, ...told } : told;
  return storedAs<Told>({
    ...{ kind: row.kind, subject: row.subject, source: row.source, messageId: row.message_id, atMs: row.at_ms },
    told: of,
  });
}
