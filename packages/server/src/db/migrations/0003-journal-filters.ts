import { sql } from "kysely";
import type { Migration } from "../migration.ts";

/**
 * Who did it, as a column that the engine derives from the actor: nodes of the version before go on writing events
 * without knowing it. PostgreSQL 15 has stored ones only, SQLite adds virtual ones only.
 */
export const journalFilters: Migration = {
  name: "0003-journal-filters",
  async up(trx, kind) {
    const column =
      kind === "postgres"
        ? sql`text collate "C" generated always as ((actor::json ->> 'id')) stored`
        : sql`text generated always as (json_extract(actor, '$.id')) virtual`;
    await sql`alter table event add column actor_id ${column}`.execute(trx);
    await trx.schema.createIndex("event_actor_id_seq").on("event").columns(["actor_id", "seq"]).execute();
    await trx.schema.createIndex("event_occurred_at_ms").on("event").columns(["occurred_at_ms"]).execute();
  },
};
