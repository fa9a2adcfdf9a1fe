import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * Makes this transaction wait for others that append, before it reads: what it reads is then what it decides on.
 * The journal's head is the one row that every append takes.
 */
export async function serialiseWrites(trx: Transaction<Tables>): Promise<void> {
  await trx
    .updateTable("journal_head")
    .set((set) => ({ seq: set.ref("seq") }))
    .execute();
}
