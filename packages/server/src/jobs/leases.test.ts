import { expect, it } from "vitest";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { postgresClock, processClock, readClock } from "../db/shared-clock.ts";
import { describeOnEachStore, describePostgres } from "../db/test-databases.ts";
import { createLeases } from "./leases.ts";

const TTL_MS = 5_000;

describeOnEachStore("leases", (open) => {
  async function openHolders() {
    const database = await open();
    const clock = { nowMs: 1_000_000 };
    const holder = (name: string) =>
      createLeases({ database, holder: name, ttlMs: TTL_MS, clock: processClock(() => clock.nowMs) });
    return { clock, database, a: holder("a"), b: holder("b") };
  }

  it("have one holder at a time", async () => {
    const { a, b } = await openHolders();

    expect(await a.claim(["x", "y"])).toEqual(["x", "y"]);
    expect(await b.claim(["x", "y", "z"])).toEqual(["z"]);
    expect(await a.claim(["x", "z"])).toEqual(["x"]);
  });

  it("last as long as they are renewed, and then are anybody's", async () => {
    const { clock, a, b } = await openHolders();
    await a.claim(["x"]);
    clock.nowMs += TTL_MS - 1;
    await a.claim(["x"]);
    clock.nowMs += TTL_MS - 1;

    expect(await b.claim(["x"])).toEqual([]);
    clock.nowMs += 1;
    expect(await b.claim(["x"])).toEqual(["x"]);
    expect(await a.claim(["x"])).toEqual([]);
  });

  it("last as long as their holder says that it lives, without being claimed again", async () => {
    const { clock, a, b } = await openHolders();
    await a.claim(["x", "y"]);
    for (let renewal = 0; renewal < 5; renewal += 1) {
      clock.nowMs += TTL_MS - 1;
      await a.renew();
    }

    expect(await b.claim(["x", "y"])).toEqual([]);
    clock.nowMs += TTL_MS;
    expect(await b.claim(["x", "y"])).toEqual(["x", "y"]);
  });

  it("of a holder that lives are not written each time that they are claimed", async () => {
    const { clock, database, a } = await openHolders();
    const readRow = () => database.db.selectFrom("lease").selectAll().where("name", "=", "x").execute();
    await a.claim(["x"]);
    const before = await readRow();

    clock.nowMs += 1_000;
    await a.claim(["x"]);

    expect(await readRow()).toEqual(before);
  });

  it("that ran out are not held still, whether another took them or not", async () => {
    const { clock, database, a, b } = await openHolders();
    const heldBy = (leases: typeof a) =>
      database.transaction(async (trx) => {
        await serialiseWrites(trx);
        return leases.stillHeld(trx, ["x", "y"]);
      });
    await a.claim(["x", "y"]);
    const before = await heldBy(a);

    clock.nowMs += TTL_MS;
    const ranOut = await heldBy(a);
    await b.claim(["x"]);
    await a.renew();

    expect({ before: before.sort(), ranOut }).toEqual({ before: ["x", "y"], ranOut: [] });
    expect([await heldBy(a), await heldBy(b)]).toEqual([["y"], ["x"]]);
  });

  it("may be given back by their holder only", async () => {
    const { a, b } = await openHolders();
    await a.claim(["x"]);

    await b.releaseAll();
    expect(await b.claim(["x"])).toEqual([]);
    await a.releaseAll();
    expect(await b.claim(["x"])).toEqual(["x"]);
  });

  it("of a holder whose clock was an hour ahead bind nobody for that hour", async () => {
    const { clock, a, b } = await openHolders();
    clock.nowMs += 3_600_000;
    await a.claim(["x"]);
    clock.nowMs -= 3_600_000;

    expect(await b.claim(["x"])).toEqual(["x"]);
  });

  it("are deleted when their work is long done", async () => {
    const database = await open();
    const clock = { nowMs: 0 };
    const leases = createLeases({ database, holder: "a", ttlMs: TTL_MS, clock: processClock(() => clock.nowMs) });
    await leases.claim(["done", "going-on"]);

    clock.nowMs += 1_000 * TTL_MS;
    await leases.claim(["going-on"]);
    await leases.prune();

    expect(await database.db.selectFrom("lease").select("name").orderBy("name").execute()).toEqual([
      { name: "going-on" },
      { name: "node/a" },
    ]);
  });

  it("and the row of a holder that died are deleted when that is long ago", async () => {
    const { clock, database, a, b } = await openHolders();
    await a.claim(["x"]);

    clock.nowMs += 1_000 * TTL_MS;
    await b.claim(["x"]);
    await b.prune();

    expect(await database.db.selectFrom("lease").select(["name", "holder"]).orderBy("name").execute()).toEqual([
      { name: "node/b", holder: "b" },
      { name: "x", holder: "b" },
    ]);
  });

  it("are never held twice when many claim at once", async () => {
    const database = await open();
    const holders = Array.from({ length: 8 }, (_, index) =>
      createLeases({ database, holder: `h-${index}`, ttlMs: TTL_MS, clock: processClock(() => 0) }),
    );
    const names = Array.from({ length: 40 }, (_, index) => `n-${index}`);

    const held = await Promise.all(
      holders.map((holder, index) => holder.claim(index % 2 ? names : names.toReversed())),
    );

    expect(held.flat().sort()).toEqual([...names].sort());
  });
});

describePostgres("leases by PostgreSQL's clock", (_cluster, open) => {
  it("are timed alike, whatever the nodes' own clocks say", async () => {
    const database = await open();
    const holder = (name: string) => createLeases({ database, holder: name, ttlMs: 3_600_000, clock: postgresClock });
    const [a, b] = [holder("a"), holder("b")];

    expect(await a.claim(["x"])).toEqual(["x"]);
    expect(await b.claim(["x"])).toEqual([]);
    const [row] = await database.db.selectFrom("lease").selectAll().where("name", "=", "x").execute();
    const leftMs = (row?.expires_at_ms ?? 0) - (await readClock(database.db, postgresClock));
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(3_600_000);
  });
});
