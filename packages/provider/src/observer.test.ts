import { histogramTotal } from "@steadfast/core/guard/histogram";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { documentOf, SnapshotPeer, TOKEN } from "../test/snapshot-peer.ts";
import { SteadfastClient } from "./client.ts";
import type { SteadfastOptions } from "./client-options.ts";
import type { Observation } from "./observation.ts";
import { BATCHES_QUEUED_MAX } from "./observation-sender.ts";
import { CELLS_MAX, ObservationWindow } from "./observation-window.ts";

let peer: SnapshotPeer;
let clock: FakeClock;
const clients: SteadfastClient[] = [];

beforeEach(async () => {
  peer = await SnapshotPeer.start(documentOf(5));
  clock = new FakeClock();
});

afterEach(async () => {
  peer.refuse.clear();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await peer.stop();
});

async function start(options: Partial<SteadfastOptions> = {}): Promise<SteadfastClient> {
  const client = new SteadfastClient({ url: peer.url, token: TOKEN, clock, random: () => 0.5, ...options });
  clients.push(client);
  await client.ready();
  return client;
}

/** What the server was sent, request by request. */
function batches(): Observation[][] {
  return peer.requests("observations").map(({ body }) => {
    const parsed: { observations: Observation[] } = JSON.parse(body);
    return parsed.observations;
  });
}

describe("counting requests", () => {
  it("reports requests, failures, latency and users of each flag and variant once a second", async () => {
    const client = await start();
    const second = clock.nowMs() / 1000;
    for (const user of ["ann", "bob", "ann"]) {
      await client.withRequest(user, async (request) => {
        client.boolean("new-checkout", true, { targetingKey: user });
        await Promise.resolve();
        client.string("theme", "light");
        clock.advance(8);
        if (user === "bob") request.markFailed();
      });
    }
    await clock.fire("observations");
    await peer.until(() => batches().length === 1);

    const [observations = []] = batches();
    expect(observations.map(({ flag, variant }) => [flag, variant])).toEqual([
      ["new-checkout", "off"],
      ["theme", "dark"],
    ]);
    expect(observations[0]).toMatchObject({
      environment: "production",
      second,
      requests: 3,
      failures: 1,
      units: { seen: 2, failed: 1, firstSeen: 2 },
    });
    expect(observations[0]?.latencyMs).toEqual({ scale: 5, zeroCount: 0, offset: 95, bucketCounts: [3] });
    expect(observations[0]?.unitGroups?.reduce((sum, group) => sum + group.requests, 0)).toBe(3);
    expect(client.statistics()).toMatchObject({ counted: 6, uncounted: 0 });
  });

  it("never sends a targeting key", async () => {
    const client = await start();
    await client.withRequest("ann@example.com", () =>
      client.boolean("beta", false, { targetingKey: "ann@example.com" }),
    );
    await clock.fire("observations");
    await peer.until(() => batches().length === 1);

    expect(peer.received.map(({ body, headers }) => body + JSON.stringify(headers)).join()).not.toContain("ann");
  });

  it("counts a request that throws as failed, and passes the error on", async () => {
    const client = await start();
    const work = client.withRequest(undefined, () => {
      client.boolean("new-checkout", true);
      throw new Error("no stock");
    });

    await expect(work).rejects.toThrow("no stock");
    await client.close();
    expect(batches()).toEqual([[expect.objectContaining({ requests: 1, failures: 1 })]]);
    expect(batches()[0]?.[0]).not.toHaveProperty("units");
  });

  // Goal: what a caller without types gives for "nobody" must not break the answer to a person.
  it.each([null, 42])("counts a request of the targeting key %s, without a user", async (nobody) => {
    const client = await start();
    const context: { targetingKey: string } = JSON.parse(JSON.stringify({ targetingKey: nobody }));

    const answer = await client.withRequest(context.targetingKey, () => client.boolean("new-checkout", true, context));
    client.observe({ flag: "f", variant: "on", ...context }, { failed: false, latencyMs: 1 });
    await client.close();

    expect(answer).toBe(false);
    expect(batches()[0]).toMatchObject([{ requests: 1 }, { requests: 1 }]);
    expect(batches()[0]?.[0]).not.toHaveProperty("units");
    expect(batches()[0]?.[1]).not.toHaveProperty("units");
  });

  // Goal: the server refuses a batch whole, so one name that it does not take must not cost all the others.
  it.each([
    ["-billing", "on"],
    ["", "on"],
    ["f", ""],
    ["f", "x".repeat(129)],
  ])("leaves out what the server would refuse (%j, %j)", async (flag, variant) => {
    const client = await start();
    const outcome = { failed: false, latencyMs: 1 };

    client.observe({ flag, variant }, outcome);
    client.observe({ flag: "f", variant: "on" }, outcome);
    await client.close();

    expect(batches().flat()).toEqual([expect.objectContaining({ flag: "f", variant: "on" })]);
    expect(client.statistics()).toMatchObject({ counted: 1, uncounted: 1 });
  });

  it("keeps requests apart that run at the same time", async () => {
    const client = await start();
    const one = client.startRequest("ann");
    const two = client.startRequest("bob");
    one.run(() => client.boolean("new-checkout", true));
    two.run(() => client.string("theme", "light"));
    two.run(() => client.markFailed());
    one.end();
    two.end();
    two.end();
    await client.close();

    expect(batches()[0]).toMatchObject([
      { flag: "new-checkout", requests: 1, failures: 0 },
      { flag: "theme", requests: 1, failures: 1 },
    ]);
  });

  it("counts a variant only when the application got its value", async () => {
    const client = await start();
    await client.withRequest("ann", () => {
      client.string("new-checkout", "mine");
      client.boolean("gone", true);
      client.boolean("nowhere", true);
    });

    expect(client.statistics().counted).toBe(0);
  });

  it("counts a request for the first answer of a flag, and for nothing that comes after its end", async () => {
    const client = await start();
    const request = client.startRequest("ann");
    request.run(() => {
      client.boolean("beta", false, { email: "ann@acme.com" });
      client.boolean("beta", false, { email: "ann@example.com" });
    });
    request.end();
    request.run(() => client.string("theme", "light"));
    await client.close();

    expect(batches()).toEqual([[expect.objectContaining({ flag: "beta", variant: "on", requests: 1 })]]);
    expect(client.statistics().counted).toBe(1);
  });

  it("takes a count by hand, and tells new users from known ones", async () => {
    const client = await start();
    const ann = { flag: "f", variant: "on", targetingKey: "ann" };
    client.observe(ann, { failed: false, latencyMs: 3 });
    await clock.fire("observations");
    client.observe(ann, { failed: false, latencyMs: 3 });
    client.observe({ ...ann, targetingKey: "bob" }, { failed: false, latencyMs: 3 });
    await clock.fire("observations");
    await peer.until(() => batches().length === 2);

    expect(batches().map(([observation]) => observation?.units)).toEqual([
      { seen: 1, failed: 0, firstSeen: 1 },
      { seen: 2, failed: 0, firstSeen: 1 },
    ]);
  });

  it("sends each second once, however requests and sending interleave", async () => {
    const client = await start();
    for (let time = 0; time < 40; time += 1) {
      client.observe({ flag: "f", variant: "on" }, { failed: false, latencyMs: 1 });
      clock.advance(130);
    }
    await client.close();

    const seconds = batches().flat();
    expect(new Set(seconds.map(({ second }) => second)).size).toBe(seconds.length);
    expect(seconds.reduce((sum, { requests }) => sum + requests, 0)).toBe(40);
    expect(seconds.every(({ latencyMs, requests }) => histogramTotal(latencyMs) === requests)).toBe(true);
  });

  it("observes nothing when that is switched off", async () => {
    const client = await start({ observe: false });

    expect(await client.withRequest("ann", () => client.boolean("new-checkout", true))).toBe(false);
    expect(client.statistics().counted).toBe(0);
  });
});

describe("sending counts", () => {
  it("tries twice with one idempotency key, then drops and counts", async () => {
    const client = await start();
    peer.refuse.set("observations", { status: 503 });
    client.observe({ flag: "f", variant: "on" }, { failed: false, latencyMs: 1 });
    await clock.fire("observations");
    await peer.until(() => peer.requests("observations").length === 1);
    await clock.fire("observations");
    await peer.until(() => peer.requests("observations").length === 2);
    await client.close();

    const keys = peer.requests("observations").map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(client.statistics()).toMatchObject({ sent: 0, dropped: 1, lastError: expect.stringContaining("503") });
  });

  it("does not ask again when the token has no right to report", async () => {
    const client = await start();
    peer.refuse.set("observations", { status: 403 });
    client.observe({ flag: "f", variant: "on" }, { failed: false, latencyMs: 1 });
    await client.close();

    expect(peer.requests("observations")).toHaveLength(1);
    expect(client.statistics().dropped).toBe(1);
  });

  // Goal: a server that does not answer costs the application a bounded queue, and no time.
  it("drops the oldest when the server does not answer", async () => {
    let unanswered = 0;
    const client = await start({
      fetch: (url, init) => {
        if (!String(url).endsWith("observations")) return fetch(url, init);
        unanswered += 1;
        return new Promise((_resolve, reject) =>
          init?.signal?.addEventListener("abort", () => reject(new Error("cut"))),
        );
      },
    });
    const seconds = BATCHES_QUEUED_MAX + 5;
    for (let second = 0; second < seconds; second += 1) {
      client.observe({ flag: "f", variant: "on" }, { failed: false, latencyMs: 1 });
      clock.advance(1_000);
    }
    clock.advance(1_000);

    const { counted, sent, queuedBatches } = client.statistics();
    expect(counted).toBe(seconds);
    expect(sent).toBe(0);
    expect(queuedBatches).toBe(BATCHES_QUEUED_MAX);
    expect(unanswered).toBe(1);
    const closing = client.close();
    clock.advance(2_000);
    await closing;
  });
});

describe("ObservationWindow", () => {
  it("does not take more pairs than its bound, and takes new ones when old ones were idle", () => {
    const window = new ObservationWindow("production");
    const outcome = { failed: false, latencyMs: 1 };
    window.close(1);
    for (let flag = 0; flag < CELLS_MAX; flag += 1) window.add({ flag: `f${flag}`, variant: "on" }, outcome);

    expect(window.add({ flag: "one-more", variant: "on" }, outcome)).toBe(false);
    expect(window.close(100)).toHaveLength(CELLS_MAX);
    expect(window.close(200)).toEqual([]);
    expect(window.add({ flag: "one-more", variant: "on" }, outcome)).toBe(true);
  });
});
