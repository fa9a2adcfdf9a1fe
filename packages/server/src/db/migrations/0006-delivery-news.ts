import type { Migration } from "../migration.ts";

/** What was told of a service since its page was made last, without a look at all the rest. The index before it said only whose it is. */
export const deliveryNews: Migration = {
  name: "0006-delivery-news",
  async up(trx) {
    await trx.schema
      .createIndex("delivery_telling_scope_environment_recorded")
      .on("delivery_telling")
      .columns(["scope", "environment", "recorded_at_ms"])
      .execute();
    await trx.schema.dropIndex("delivery_telling_scope_environment").execute();
  },
};
