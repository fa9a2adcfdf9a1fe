import { sql, type Transaction } from "kysely";
import { expect, it } from "vitest";
import { insertRows } from "./insert-rows.ts";
import { selectEach } from "./select-each.ts";
import type { Tables } from "./tables.ts";
import { describeOnEachStore, describePostgres, type OpenStore } from "./test-databases.ts";

const STORED = 20_000;
const COLUMNS = {
  ...({ source: "text", message_id: "text", kind: "text", subject: "text", scope: "text" } as const),
  ...({ environment: "text", at_ms: "bigint", recorded_at_ms: "bigint", told: "text" } as const),
};

const idOf = (nth: number) => `/acme/shop pull-${nth}`;

function select(trx: Transaction<Tables>, ids: readonly string[]) {
  return selectEach(trx, "message_id", ids, (isWanted) =>
    trx.selectFrom("delivery_telling").select("message_id").where("source", "=", "ci").where(isWanted),
  );
}

/** Tellings of one source. */
async function openWithTellings(open: OpenStore, count: number) {
  const database = await open();
  const rows = Array.from({ length: count }, (_, nth) => ["ci", idOf(nth), "change", "s", "scope", "", 0, 0, "{}"]);
  await database.transaction((trx) => insertRows(trx, { table: "delivery_telling", columns: COLUMNS }, rows));
  return database;
}

describeOnEachStore("rows by one of many texts", (open) => {
  it("are those that are there, whatever the texts hold", async () => {
    const database = await openWithTellings(open, 3);
    const strange = ["", "NULL", "{}", 'a "quoted", text', "back\\slash", "it's", "ünï 🚀", "line\nbreak", "$1"];
    await database.transaction((trx) => {
      const rows = strange.map((id) => ["ci", id, "change", "s", "scope", "", 0, 0, "{}"]);
      return insertRows(trx, { table: "delivery_telling", columns: COLUMNS }, rows);
    });

    const found = await database.transaction((trx) => select(trx, [...strange, idOf(1), "never told"]));

    expect(found.map(({ message_id }) => message_id).sort()).toEqual([...strange, idOf(1)].sort());
  });

  it("are none for no text", async () => {
    const database = await openWithTellings(open, 3);

    expect(await database.transaction((trx) => select(trx, []))).toEqual([]);
  });
});

describePostgres("rows by one of many texts", (_cluster, open) => {
  // Goal: a table that grew within a minute, of which PostgreSQL knows nothing yet, is not read whole for each batch.
  it("are read, and no others", async () => {
    const database = await openWithTellings(open, STORED);
    const wanted = Array.from({ length: 1_000 }, (_, nth) => (nth < 10 ? idOf(nth) : `new-${nth}`));

    const { before, found, after } = await database.transaction(async (trx) => ({
      before: await rowsRead(trx),
      found: await select(trx, wanted),
      after: await rowsRead(trx),
    }));

    expect(found).toHaveLength(10);
    // None of them at all where a vacuum came by: the index has what is asked for.
    expect(after - before).toBeLessThanOrEqual(10);
  });
});

/** Of tellings, by this transaction. */
async function rowsRead(trx: Transaction<Tables>): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read
    from pg_stat_xact_user_tables where relname = 'delivery_telling'
  `.execute(trx);
  return Number(rows[0]?.read ?? 0);
}
