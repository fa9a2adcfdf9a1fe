import fc from "fast-check";
import { expect, it } from "vitest";
import { insertRows, type RowValues } from "./insert-rows.ts";
import { describeOnEachStore } from "./test-databases.ts";

const ROWS_MAX = 300;
const COLUMNS = { seq: "bigint", id: "text", stream: "text", version: "bigint", type: "text" } as const;
const MORE_COLUMNS = { data: "text", actor: "text", reason: "text", occurred_at_ms: "bigint" } as const;
const INTO = { table: "event", columns: { ...COLUMNS, ...MORE_COLUMNS } } as const;

/** What JSON may hold and a list of PostgreSQL quotes; neither engine stores NUL. */
const text = fc.oneof(
  fc.string({ unit: "binary" }).map((value) => value.replaceAll("\u0000", "")),
  fc.constantFrom("", "NULL", "null", "{}", "{a,b}", '"', "\\", '\\"', "a,b", " ", "\n", "$1", "🚀"),
);

const row = (seq: number, said: string, reason: string | null): RowValues => [
  ...[seq, `evt_${seq}`, "stream", seq, said, JSON.stringify({ said }), '{"id":"x"}', reason, 9_007_199_254_740_991],
];

describeOnEachStore("rows that are inserted together", (open) => {
  it("come back as they were, few or many of them", async () => {
    const database = await open();
    const values = fc.array(fc.tuple(text, fc.option(text)), { maxLength: ROWS_MAX, size: "max" });

    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const rows = given.map(([said, reason], index) => row(index + 1, said, reason));

        await database.db.deleteFrom("event").execute();
        await database.transaction((trx) => insertRows(trx, INTO, rows));

        const columns = [
          "seq",
          "id",
          "stream",
          "version",
          "type",
          "data",
          "actor",
          "reason",
          "occurred_at_ms",
        ] as const;
        const stored = await database.db.selectFrom("event").select(columns).orderBy("seq").execute();
        expect(stored.map((each) => columns.map((column) => each[column]))).toEqual(rows);
      }),
      { numRuns: 20 },
    );
  });

  it.each([1, 64, 65, 5_000])(
    "are all there when they are %i, and those that are known stay as they were",
    async (count) => {
      const database = await open();
      const rows = (value: string): RowValues[] => Array.from({ length: count }, (_, nth) => [`key-${nth}`, value]);
      const into = { table: "setting", columns: { key: "text", value: "text" }, unlessKnown: ["key"] } as const;
      await database.transaction((trx) => insertRows(trx, into, rows("first").slice(0, 1)));

      await database.transaction((trx) => insertRows(trx, into, rows("second")));

      const stored = await database.db.selectFrom("setting").selectAll().where("key", "like", "key-%").execute();
      expect(stored).toHaveLength(count);
      expect(stored.filter(({ value }) => value === "first")).toEqual([{ key: "key-0", value: "first" }]);
    },
  );

  it.each([1, 100])("are refused whole when one of %i is there already", async (count) => {
    const database = await open();
    const rows = Array.from({ length: count }, (_, nth) => row(nth + 1, "x", null));
    await database.transaction((trx) => insertRows(trx, INTO, rows.slice(-1)));

    await expect(database.transaction((trx) => insertRows(trx, INTO, rows))).rejects.toThrow();

    expect(await database.db.selectFrom("event").select("seq").execute()).toHaveLength(1);
  });
});
