import { sql } from "kysely";
import type { Migration } from "../migration.ts";

/** Which services and repositories were told of, and where: a list of services must not read every telling. */
export const deliveryScopes: Migration = {
  name: "0005-delivery-scopes",
  async up(trx, kind) {
    const text = kind === "postgres" ? sql`text collate "C"` : sql`text`;
    await trx.schema
      .createTable("delivery_scope")
      .addColumn("scope", text, (column) => column.notNull())
      .addColumn("environment", text, (column) => column.notNull())
      .addPrimaryKeyConstraint("delivery_scope_pk", ["scope", "environment"])
      .execute();
    await sql`insert into delivery_scope select distinct scope, environment from delivery_telling`.execute(trx);
  },
};
