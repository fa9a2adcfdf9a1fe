import type { Kysely, Transaction } from "kysely";
import type { Tables } from "./tables.ts";

export type StoreKind = "sqlite" | "postgres";

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly dataDir: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The one port to the store. What differs between the engines ends here. */
export type Database = {
  readonly kind: StoreKind;
  /** For single statements. Never inside a `transaction`'s callback: SQLite has one connection, it would wait for itself. */
  readonly db: Kysely<Tables>;
  /**
   * Runs `run` in one transaction. `run` may run again when PostgreSQL asks for it (serialization failure, deadlock),
   * so it has no effects outside `trx`.
   *
   * @throws {ProblemError} `storage-unavailable` when the store cannot be reached; the outcome is then unknown;
   *   `storage-full` when it has no room: nothing was written.
   */
  transaction<T>(run: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Runs reads which all see the same moment, whatever is committed meanwhile; without making a writer wait on PostgreSQL. */
  readAtOneMoment<T>(run: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * As `readAtOneMoment`, for reads that take long: nobody waits for them on either store. PostgreSQL ends a reader that
   * stands still for half a minute.
   */
  readBeside<T>(run: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * As `transaction`, for work on whole tables by a node that serves nobody yet: on PostgreSQL a connection of its own, on which no statement is cut off for
   * taking long. Should this process die, PostgreSQL notices within seconds, also in the middle of a statement, and keeps nothing of it.
   */
  longTransaction<T>(run: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Tells the other nodes that there is news. A hint: it may be lost, and never fails. */
  notify(): Promise<void>;
  /** Calls `onHint` when another node has news, and after each reconnect. Returns how to stop. */
  listen(onHint: () => void): Promise<() => Promise<void>>;
  /** What the data takes on disk; `null` when the store does not say. Costs a look at each file of the store. */
  sizeBytes(): Promise<number | null>;
  close(): Promise<void>;
};
