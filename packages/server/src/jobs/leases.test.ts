import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { createLeases } from "./leases.ts";

const TTL_MS = 5_000;

describeOnEachStore("leases", (open) => {
  async function openHolders() {
    const database = await open();
    const clock = { nowMs: 1_000_000 };
    const holder = (name: string) => createLeases({ database, holder: name, ttlMs: TTL_MS, nowMs: () => clock.nowMs });
    return { clock, a: holder("a"), b: holder("b") };
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
    const leases = createLeases({ database, holder: "a", ttlMs: TTL_MS, nowMs: () => clock.nowMs });
    await leases.claim(["done", "going-on"]);

    clock.nowMs += 1_000 * TTL_MS;
    await leases.claim(["going-on"]);
    await leases.prune();

    expect(await database.db.selectFrom("lease").select("name").execute()).toEqual([{ name: "going-on" }]);
  });

  it("are never held twice when many claim at once", async () => {
    const database = await open();
    const holders = Array.from({ length: 8 }, (_, index) =>
      createLeases({ database, holder: `h-${index}`, ttlMs: TTL_MS, nowMs: () => 0 }),
    );
    const names = Array.from({ length: 40 }, (_, index) => `n-${index}`);

    const held = await Promise.all(
      holders.map((holder, index) => holder.claim(index % 2 ? names : names.toReversed())),
    );

    expect(held.flat().sort()).toEqual([...names].sort());
  });
});
