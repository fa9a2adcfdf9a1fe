import type { ArmCounts } from "@steadfast/core/guard/counts";
import { histogramTotal, quantile } from "@steadfast/core/guard/histogram";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { COUNTED_ARMS_MAX } from "./counted-arms.ts";
import type { FlagDirectory } from "./flag-directory.ts";
import type { Observation } from "./observation.ts";
import { SERVICES_HEARD_MAX } from "./service-tally.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

const START_MS = 1_795_213_220_000;
const FLAGS = new Map([
  ["production/checkout", { service: "shop", variants: new Set(["on", "off"]) }],
  ["production/search", { service: "", variants: new Set(["v1", "v2"]) }],
  ["staging/checkout", { service: "shop", variants: new Set(["on", "off"]) }],
]);
const flags: FlagDirectory = {
  find: (environment, flag) => FLAGS.get(`${environment}/${flag}`),
  environments: () => new Set(["production", "staging"]),
};

const observation: Observation = {
  environment: "production",
  flag: "checkout",
  variant: "on",
  second: START_MS / 1_000,
  requests: 120,
  failures: 3,
};

const PAIRS = new Set(["production/checkout"]);
/** Its rollout started long before the test's clock. */
const WATCHED = new Map([["production/checkout", 1]]);

describeOnEachStore("telemetry", (open) => {
  let database: Database;
  let clockMs: number;
  let telemetry: Telemetry;

  beforeEach(async () => {
    database = await open();
    clockMs = START_MS;
    telemetry = nodeOf("node-1");
  });

  function nodeOf(nodeId: string, on: Database = database): Telemetry {
    return createTelemetry({ database: on, nodeId, nowMs: () => clockMs, flags });
  }

  function sendSpans(to: Telemetry, count: number, { variant = "on", service = "shop", failed = false } = {}): void {
    const batch = to.openSpanBatch("production");
    batch.resource(service, undefined);
    for (let index = 0; index < count; index += 1)
      batch.evaluation("checkout", variant, failed, 20, index % 20, Number.NaN);
  }

  async function passSeconds(seconds: number, nodes: readonly Telemetry[] = [telemetry]): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      clockMs += 1_000;
      for (const node of nodes) await node.flush(clockMs);
    }
  }

  const take = () => database.transaction((trx) => telemetry.takeArrivals(trx, PAIRS));
  async function takeArm(variant = "on", source: "spans" | "observations" = "spans"): Promise<ArmCounts | undefined> {
    return (await take()).get("production/checkout")?.get(source)?.get(variant);
  }

  describe("counts from before a rollout", () => {
    function sendSpan(endedMs: number): void {
      const batch = telemetry.openSpanBatch("production");
      batch.resource("shop", undefined);
      batch.evaluation("checkout", "on", true, 20, 3, endedMs);
    }

    it("are no evidence, however late they come", async () => {
      const startMs = clockMs + 3_000;
      sendSpans(telemetry, 9, { failed: true });
      await passSeconds(3);
      sendSpans(telemetry, 5, { failed: true });
      telemetry.setWatched(new Map([["production/checkout", startMs]]));
      sendSpan(startMs - 200);
      telemetry.countObservation({ ...observation, second: startMs / 1_000 - 1 });
      sendSpan(startMs + 200);
      await passSeconds(1);

      const taken = (await take()).get("production/checkout");

      expect(taken?.get("spans")?.get("on")).toMatchObject({ requests: 1, failures: 1 });
      expect(taken?.get("observations")).toBeUndefined();
      expect(telemetry.totals().droppedByReason.get("before-rollout")).toBe(2);
    });

    it("are told from those after it when a candidate is tried again at once", async () => {
      telemetry.setWatched(WATCHED);
      sendSpans(telemetry, 9, { failed: true });

      telemetry.setWatched(new Map([["production/checkout", clockMs]]));
      sendSpan(clockMs + 200);
      await passSeconds(1);

      expect(await takeArm()).toMatchObject({ requests: 1 });
    });

    it("are counted again a minute later: then it is the sender's clock that is wrong", async () => {
      const startMs = clockMs;
      telemetry.setWatched(new Map([["production/checkout", startMs]]));
      clockMs += 61_000;
      sendSpan(startMs - 3_600_000);
      await passSeconds(1);

      expect(await takeArm()).toMatchObject({ requests: 1 });
    });
  });

  describe("counts of a watched flag", () => {
    it("reach the store with the next flush and are taken once", async () => {
      telemetry.setWatched(WATCHED);
      sendSpans(telemetry, 40);
      sendSpans(telemetry, 2, { failed: true });
      sendSpans(telemetry, 7, { variant: "off" });
      await passSeconds(1);

      const taken = (await take()).get("production/checkout")?.get("spans");

      expect(taken?.get("on")).toMatchObject({ requests: 42, failures: 2 });
      expect(taken?.get("on")?.groups?.requests.reduce((sum, count) => sum + count, 0)).toBe(42);
      expect(taken?.get("on")?.latency && histogramTotal(taken.get("on")?.latency ?? never())).toBe(42);
      expect(taken?.get("off")).toMatchObject({ requests: 7, failures: 0 });
      expect(await take()).toEqual(new Map());
    });

    it("add up over flushes and over nodes", async () => {
      const other = nodeOf("node-2");
      for (const node of [telemetry, other]) node.setWatched(WATCHED);
      sendSpans(telemetry, 10);
      sendSpans(other, 5);
      await passSeconds(1, [telemetry, other]);
      sendSpans(telemetry, 1);
      await passSeconds(1, [telemetry, other]);

      expect(await takeArm()).toMatchObject({ requests: 16 });
    });

    it("of one environment leave the other's alone", async () => {
      telemetry.setWatched(
        new Map([
          ["production/checkout", 1],
          ["staging/checkout", 1],
        ]),
      );
      sendSpans(telemetry, 3);
      const batch = telemetry.openSpanBatch("staging");
      batch.resource("shop", undefined);
      batch.evaluation("checkout", "on", false, 1, 0, Number.NaN);
      await passSeconds(1);

      expect(await takeArm()).toMatchObject({ requests: 3 });
      const staging = await database.transaction((trx) => telemetry.takeArrivals(trx, new Set(["staging/checkout"])));
      expect(staging.get("staging/checkout")?.get("spans")?.get("on")).toMatchObject({ requests: 1 });
    });

    it("are not written for a flag that nobody watches, nor when nothing arrived", async () => {
      sendSpans(telemetry, 3);
      await passSeconds(1);
      telemetry.setWatched(WATCHED);
      await passSeconds(1);

      expect(await take()).toEqual(new Map());
    });
  });

  describe("a store that is away", () => {
    /** Fails like a connection that breaks before, or just after, the commit. */
    function breakable(): { database: Database; breaks: "never" | "before commit" | "after commit" } {
      const broken: { database: Database; breaks: "never" | "before commit" | "after commit" } = {
        breaks: "never",
        database: {
          ...database,
          transaction: async (run) => {
            if (broken.breaks === "before commit") {
              return database.transaction(async (trx) => {
                await run(trx);
                throw new Error("connection lost");
              });
            }
            const result = await database.transaction(run);
            if (broken.breaks === "after commit") throw new Error("connection lost");
            return result;
          },
        },
      };
      return broken;
    }

    it.each(["before commit", "after commit"] as const)("%s loses nothing and counts nothing twice", async (breaks) => {
      const store = breakable();
      const node = nodeOf("node-1", store.database);
      node.setWatched(WATCHED);
      sendSpans(node, 10);
      store.breaks = breaks;

      await expect(passSeconds(1, [node])).rejects.toThrow("connection lost");
      sendSpans(node, 5);
      await expect(passSeconds(1, [node])).rejects.toThrow("connection lost");
      store.breaks = "never";
      sendSpans(node, 1);
      await passSeconds(2, [node]);

      expect(await takeArm()).toMatchObject({ requests: 16 });
    });

    it("after a commit is not written again though the judge has taken the rows meanwhile", async () => {
      const store = breakable();
      const node = nodeOf("node-1", store.database);
      node.setWatched(WATCHED);
      sendSpans(node, 10);
      store.breaks = "after commit";
      await expect(passSeconds(1, [node])).rejects.toThrow("connection lost");
      expect(await takeArm()).toMatchObject({ requests: 10 });

      store.breaks = "never";
      await passSeconds(2, [node]);

      expect(await take()).toEqual(new Map());
    });
  });

  describe("observations", () => {
    it("are counted apart from spans, with latency at any scale, groups and users", async () => {
      telemetry.setWatched(WATCHED);
      const fault = telemetry.countObservation({
        ...observation,
        latencyMs: { scale: 0, zeroCount: 2, offset: 3, bucketCounts: [118] },
        unitGroups: [{ group: 7, requests: 4, failures: 1 }],
        units: { seen: 90, failed: 2, firstSeen: 30 },
      });
      await passSeconds(1);

      const counts = await takeArm("on", "observations");

      expect(fault).toBeUndefined();
      expect(counts).toMatchObject({ requests: 120, failures: 3, units: { seen: 90, failed: 2, firstSeen: 30 } });
      expect(counts?.groups?.requests[7]).toBe(4);
      // Scale 0, index 3 is 8..16 ms; its geometric middle is 11.3.
      expect(quantile(counts?.latency ?? never(), 0.5)).toBeCloseTo(11.3, 0);
    });

    it.each([
      ["environment-unknown", { environment: "nowhere" }],
      ["flag-unknown", { flag: "nothing" }],
      ["variant-unknown", { variant: "maybe" }],
      ["second-too-old", { second: START_MS / 1_000 - 3_601 }],
      ["second-in-future", { second: START_MS / 1_000 + 61 }],
      ["counts-inconsistent", { units: { seen: 1, failed: 2, firstSeen: 0 } }],
    ])("with the fault %s are not counted, and it is told", async (reason, change) => {
      const fault = telemetry.countObservation({ ...observation, ...change });

      expect(fault).toMatchObject({ reason });
      expect((await telemetry.summary("production")).dropped).toMatchObject([{ reason, count: 1 }]);
      expect(telemetry.totals().droppedByReason.get(fault?.reason ?? "table-full")).toBe(1);
    });

    it.each([-3_600, 60])("of a second %d s away are counted", (away) => {
      expect(telemetry.countObservation({ ...observation, second: START_MS / 1_000 + away })).toBeUndefined();
    });
  });

  describe("history", () => {
    const history = (source: "spans" | "observations" = "spans") =>
      database.transaction((trx) => telemetry.readHistory(trx, "production", "checkout", "off", source));

    it("is written within ten seconds for flags that nobody watches, and sums the nodes", async () => {
      const other = nodeOf("node-2");
      for (let second = 0; second < 20; second += 1) {
        sendSpans(telemetry, 10, { variant: "off" });
        sendSpans(other, 5, { variant: "off" });
        await passSeconds(1, [telemetry, other]);
      }

      const read = await history();

      expect(read.requests).toBeGreaterThanOrEqual(150);
      expect(read.requests / read.seconds).toBeGreaterThan(10);
      expect(read.requests / read.seconds).toBeLessThan(20);
      expect(await history("observations")).toMatchObject({ requests: 0, seconds: 0 });
    });

    it("forgets what is older than five minutes", async () => {
      sendSpans(telemetry, 1_000, { variant: "off" });
      await passSeconds(10);
      await passSeconds(310);
      sendSpans(telemetry, 1, { variant: "off" });
      await passSeconds(10);

      expect((await history()).requests).toBe(1);
    });

    it("is not believed after a quarter of an hour", async () => {
      sendSpans(telemetry, 10, { variant: "off" });
      await passSeconds(10);
      expect((await history()).requests).toBe(10);

      clockMs += 15 * 60_000;

      expect((await history()).requests).toBe(0);
    });
  });

  describe("a summary", () => {
    it("tells rates over all nodes, and what was not counted here", async () => {
      const other = nodeOf("node-2");
      for (let second = 0; second < 20; second += 1) {
        sendSpans(telemetry, 9);
        sendSpans(telemetry, 1, { failed: true });
        sendSpans(other, 10);
        await passSeconds(1, [telemetry, other]);
      }
      sendSpans(telemetry, 4, { service: "shop-api" });

      const { items, dropped } = await telemetry.summary("production");

      expect(items).toHaveLength(1);
      const [item] = items;
      expect(item).toMatchObject({ flag: "checkout", variant: "on", source: "spans" });
      expect(item?.lastSecondsAgo).toBeLessThanOrEqual(1);
      expect(item?.requestsPerSecond).toBeGreaterThan(12);
      expect(item?.requestsPerSecond).toBeLessThan(25);
      expect(item?.failureRate).toBeGreaterThan(0.03);
      expect(item?.latencyMs?.p50).toBeCloseTo(20, 0);
      expect(dropped).toEqual([
        {
          reason: "service-mismatch",
          count: 4,
          example: "shop-api sends spans for checkout, whose service is shop",
        },
      ]);
      expect((await telemetry.summary("staging")).items).toEqual([]);
    });

    it("tells which services send spans, and which of them name no flag", async () => {
      send("shop", true);
      send("search", false);
      clockMs += 5_000;
      send("shop", false);
      send(undefined, false);

      expect((await telemetry.summary("production")).services).toEqual([
        { service: "", lastSecondsAgo: 0, lastFlagSecondsAgo: null },
        { service: "search", lastSecondsAgo: 5, lastFlagSecondsAgo: null },
        { service: "shop", lastSecondsAgo: 0, lastFlagSecondsAgo: 5 },
      ]);
      expect((await telemetry.summary("staging")).services).toEqual([]);
      clockMs += 15 * 60_000 + 1;
      expect((await telemetry.summary("production")).services).toEqual([]);

      function send(service: string | undefined, namesFlag: boolean): void {
        const batch = telemetry.openSpanBatch("production");
        batch.resource(service, undefined);
        batch.request(namesFlag);
      }
    });

    it("tells of no more services than it has room for", async () => {
      for (let index = 0; index <= SERVICES_HEARD_MAX; index += 1) {
        const batch = telemetry.openSpanBatch("production");
        batch.resource(`service-${index}`, undefined);
        batch.request(false);
      }

      expect((await telemetry.summary("production")).services).toHaveLength(SERVICES_HEARD_MAX);
    });
  });

  describe("bounds", () => {
    it("refuse arms beyond the table and make room when traffic ends", async () => {
      const variants = new Set(Array.from({ length: COUNTED_ARMS_MAX + 1 }, (_, index) => `v${index}`));
      const many = createTelemetry({
        database,
        nodeId: "node-3",
        nowMs: () => clockMs,
        flags: { find: () => ({ service: "", variants }), environments: () => new Set(["production"]) },
      });
      const faults = [...variants].map((variant) => many.countObservation({ ...observation, variant }));

      expect(faults.filter((fault) => fault !== undefined)).toMatchObject([{ reason: "table-full" }]);
      await passSeconds(11, [many]);
      clockMs += 320_000;
      await many.flush(clockMs);

      expect(many.totals().armsCounted).toBe(0);
      const second = clockMs / 1_000;
      expect(many.countObservation({ ...observation, second, variant: "v0" })).toBeUndefined();
    });

    it("of age delete arrivals that nobody watches and history that nobody updates", async () => {
      telemetry.setWatched(WATCHED);
      sendSpans(telemetry, 10);
      await passSeconds(10);
      telemetry.setWatched(new Map());

      await telemetry.prune(clockMs + 3_500_000);
      const before = await database.db.selectFrom("telemetry_arrival").select("id").execute();
      await telemetry.prune(clockMs + 3_700_000);
      const after = await database.db.selectFrom("telemetry_arrival").select("id").execute();

      expect(before).toHaveLength(1);
      expect(after).toEqual([]);
      expect(await database.db.selectFrom("telemetry_history").select("node").execute()).toEqual([]);
    });

    it("of age keep what a rollout still waits for", async () => {
      telemetry.setWatched(WATCHED);
      sendSpans(telemetry, 10);
      await passSeconds(1);

      await telemetry.prune(clockMs + 3_700_000);

      expect(await takeArm()).toMatchObject({ requests: 10 });
    });
  });
});

function never(): never {
  throw new Error("no latency was counted");
}
