import type { Transaction } from "kysely";
import type { StoreKind } from "./database.ts";
import type { Tables } from "./tables.ts";

/** A step forward; there is none back. A merged one is never edited. */
export type Migration = {
  readonly name: string;
  up(trx: Transaction<Tables>, kind: StoreKind): Promise<void>;
};
