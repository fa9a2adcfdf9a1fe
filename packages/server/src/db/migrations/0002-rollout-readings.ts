import { sql } from "kysely";
import type { Migration } from "../migration.ts";

/** What charts draw of a tick, and which rollouts cannot be judged. Ticks from before have no reading: they stay readable. */
export const rolloutReadings: Migration = {
  name: "0002-rollout-readings",
  async up(trx, kind) {
    const text = kind === "postgres" ? sql`text collate "C"` : sql`text`;
    await trx.schema.alterTable("rollout_tick").addColumn("reading", text).execute();
    await trx.schema
      .createTable("rollout_fault")
      .addColumn("rollout_id", text, (column) => column.primaryKey().notNull())
      .addColumn("since_ms", "bigint", (column) => column.notNull())
      .addColumn("message", text, (column) => column.notNull())
      .execute();
  },
};
