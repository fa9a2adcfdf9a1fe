import type { DeliveryFacts, FactKind, SourceFact } from "@steadfast/core/delivery/facts";
import { foldTold } from "@steadfast/core/delivery/fold-told";
import { repositoryScope, serviceScope } from "@steadfast/core/delivery/scope";
import type { Told, ToldKind } from "@steadfast/core/delivery/told";
import type { Kysely } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";

const FACT_KIND_BY_TOLD: Readonly<Record<ToldKind, FactKind>> = {
  commit: "commits",
  change: "changes",
  deployment: "deployments",
  incident: "incidents",
  "pipeline-run": "pipeline-runs",
  "test-run": "test-runs",
};

/** What of a telling a fact is made from: fifty thousand rows are read for a page. */
const FACT_COLUMNS = [
  "kind",
  "subject",
  "source",
  "message_id",
  "at_ms",
  "recorded_at_ms",
  "environment",
  "told",
] as const;

type Row = Pick<Tables["delivery_telling"], (typeof FACT_COLUMNS)[number]>;

export type FactsOf = {
  readonly service: string;
  readonly environment: string;
  readonly repositories: readonly string[];
};

/** All that was told about a service in an environment, as facts. What its repositories' sources told belongs to it, too. */
export async function readDeliveryFacts(db: Kysely<Tables>, of: FactsOf): Promise<DeliveryFacts> {
  const rows = await db
    .selectFrom("delivery_telling")
    .select(FACT_COLUMNS)
    .where("scope", "in", scopesOf(of))
    .where("environment", "in", ["", of.environment])
    .execute();
  return { ...foldTold(rows.map((row) => toTold(row, of.service))), sources: sourcesOf(rows) };
}

/** How many tellings those facts are made from. They are only ever added, so the same number is the same facts. */
export async function countTellings(db: Kysely<Tables>, of: FactsOf): Promise<number> {
  const { count } = await db
    .selectFrom("delivery_telling")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("scope", "in", scopesOf(of))
    .where("environment", "in", ["", of.environment])
    .executeTakeFirstOrThrow();
  return Number(count);
}

function scopesOf({ service, repositories }: FactsOf): string[] {
  return [serviceScope(service), ...repositories.map(repositoryScope)];
}

function toTold(row: Row, service: string): Told {
  const told = readStoredJson<object>(row.told);
  // A deployment told for a repository is one of the service that asks.
  const of = row.kind === "deployment" ? { service, ...told } : told;
  return storedAs<Told>({
    ...{ kind: row.kind, subject: row.subject, source: row.source, messageId: row.message_id, atMs: row.at_ms },
    told: of,
  });
}

function sourcesOf(rows: readonly Row[]): SourceFact[] {
  const bySource = Map.groupBy(rows, (row) => row.source);
  return [...bySource].map(([name, told]) => ({
    name,
    // A pushed tag completes a release, and is no word on whether anything is deployed.
    tells: [
      ...new Set(
        told
          .filter(({ kind, environment }) => kind !== "deployment" || environment !== "")
          .map((row) => FACT_KIND_BY_TOLD[storedAs<ToldKind>(row.kind)]),
      ),
    ].sort(),
    firstHeardAtMs: told.reduce((first, row) => Math.min(first, row.recorded_at_ms), Number.POSITIVE_INFINITY),
    lastHeardAtMs: told.reduce((last, row) => Math.max(last, row.recorded_at_ms), 0),
  }));
}
