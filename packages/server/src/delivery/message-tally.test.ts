import { expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { type CountedMessage, createMessageTally } from "./message-tally.ts";

const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
const refused = (event: string): CountedMessage => ({ sourceId: "src_1", event, outcome: "refused" });
const told = (event: string): CountedMessage => ({ sourceId: "src_1", event, outcome: "told" });

function never(error: unknown): never {
  throw error;
}

/** The store, and how many transactions it was asked for. */
function watched(database: Database) {
  const watch = { transactions: 0, isAway: false };
  const transaction: Database["transaction"] = async (run) => {
    watch.transactions += 1;
    if (watch.isAway) throw new Error("the store is away");
    return database.transaction(run);
  };
  return { watch, database: { ...database, db: database.db, transaction } };
}

const rowsOf = (database: Database) =>
  database.db.selectFrom("delivery_source_tally").selectAll().orderBy("event").orderBy("outcome").execute();

describeOnEachStore("the count of webhooks", (open) => {
  // Goal: whoever has no secret must not make the store work for each try.
  it("costs one write, however many messages are refused", async () => {
    const store = await open();
    const { watch, database } = watched(store);
    const tally = createMessageTally(database, () => NOW_MS, never);

    for (let index = 0; index < 20_000; index += 1) tally.count(refused("pull_request"));
    await tally.flush();
    await tally.flush();

    expect(watch.transactions).toBe(1);
    expect(await rowsOf(store)).toMatchObject([{ event: "pull_request", outcome: "refused", count: 20_000 }]);
  });

  it("keeps room for what is signed, whatever names the unsigned ones bear", async () => {
    const store = await open();
    const tally = createMessageTally(store, () => NOW_MS, never);

    for (let index = 0; index < 10_000; index += 1) tally.count(refused(`nonsense-${index}`));
    await tally.flush();
    for (const event of ["pull_request", "push"]) tally.count(told(event));
    await tally.flush();
    const rows = await rowsOf(store);

    expect(rows.filter(({ outcome }) => outcome === "told").map(({ event }) => event)).toEqual([
      "pull_request",
      "push",
    ]);
    expect(rows.length).toBeLessThanOrEqual(23);
    expect(rows.reduce((sum, { count }) => sum + Number(count), 0)).toBe(10_002);
  });

  it("adds up over writes and nodes, and loses nothing while the store is away", async () => {
    const store = await open();
    const { watch, database } = watched(store);
    const tallies = [database, store].map((each) => createMessageTally(each, () => NOW_MS, never));

    watch.isAway = true;
    tallies[0]?.count(told("push"));
    await expect(tallies[0]?.flush()).rejects.toThrow("the store is away");
    watch.isAway = false;
    for (const tally of tallies) tally.count(told("push"));
    await Promise.all(tallies.map((tally) => tally.flush()));

    expect(await rowsOf(store)).toMatchObject([{ event: "push", outcome: "told", count: 3, last_at_ms: NOW_MS }]);
  });
});
