import { sql } from "kysely";
import type { Migration } from "../migration.ts";

/** What sources tell about delivery, the services it is measured for, and who may tell it by webhook. */
export const delivery: Migration = {
  name: "0004-delivery",
  async up(trx, kind) {
    const text = kind === "postgres" ? sql`text collate "C"` : sql`text`;
    await trx.schema
      .createTable("delivery_telling")
      .addColumn("source", text, (column) => column.notNull())
      .addColumn("message_id", text, (column) => column.notNull())
      .addColumn("kind", text, (column) => column.notNull())
      .addColumn("subject", text, (column) => column.notNull())
      .addColumn("scope", text, (column) => column.notNull())
      .addColumn("environment", text, (column) => column.notNull())
      .addColumn("at_ms", "bigint", (column) => column.notNull())
      .addColumn("recorded_at_ms", "bigint", (column) => column.notNull())
      .addColumn("told", text, (column) => column.notNull())
      .addPrimaryKeyConstraint("delivery_telling_pk", ["source", "message_id", "kind", "subject"])
      .execute();
    await trx.schema
      .createIndex("delivery_telling_scope_environment")
      .on("delivery_telling")
      .columns(["scope", "environment"])
      .execute();
    await trx.schema
      .createTable("service")
      .addColumn("key", text, (column) => column.notNull().primaryKey())
      .addColumn("version", "bigint", (column) => column.notNull())
      .addColumn("body", text, (column) => column.notNull())
      .execute();
    await trx.schema
      .createTable("delivery_source")
      .addColumn("id", text, (column) => column.notNull().primaryKey())
      .addColumn("kind", text, (column) => column.notNull())
      .addColumn("name", text, (column) => column.notNull())
      .addColumn("created_at_ms", "bigint", (column) => column.notNull())
      .addColumn("removed_at_ms", "bigint")
      .execute();
    await trx.schema
      .createTable("delivery_source_secret")
      .addColumn("source_id", text, (column) => column.notNull().primaryKey())
      .addColumn("secret", text, (column) => column.notNull())
      .execute();
    await trx.schema
      .createTable("delivery_source_tally")
      .addColumn("source_id", text, (column) => column.notNull())
      .addColumn("event", text, (column) => column.notNull())
      .addColumn("outcome", text, (column) => column.notNull())
      .addColumn("count", "bigint", (column) => column.notNull())
      .addColumn("last_at_ms", "bigint", (column) => column.notNull())
      .addPrimaryKeyConstraint("delivery_source_tally_pk", ["source_id", "event", "outcome"])
      .execute();
  },
};
