import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientFixture, changed, next, state } from "../test/client-fixture.ts";
import { documentOf, SnapshotPeer } from "../test/snapshot-peer.ts";

let fixture: ClientFixture;

beforeEach(async () => {
  fixture = await ClientFixture.open();
});

afterEach(() => fixture.close());

describe("a client with its server", () => {
  it("answers from memory, by type", async () => {
    const client = fixture.start();
    await client.ready();

    expect(client.boolean("new-checkout", true)).toBe(false);
    expect(client.string("theme", "light")).toBe("dark");
    expect(client.number("limit", 1)).toBe(10);
    expect(client.object("layout", {})).toEqual({ columns: 3 });
    expect(client.evaluate("beta", { email: "a@acme.com" })).toMatchObject({
      variant: "on",
      reason: "TARGETING_MATCH",
    });
  });

  it("gives the code default for another type, an unknown and a disabled flag", async () => {
    const client = fixture.start();
    await client.ready();

    expect(client.string("limit", "mine")).toBe("mine");
    expect(client.boolean("nowhere", true)).toBe(true);
    expect(client.boolean("gone", false)).toBe(false);
    expect(client.evaluate("nowhere").errorCode).toBe("FLAG_NOT_FOUND");
    expect(client.evaluate("gone").reason).toBe("DISABLED");
  });

  it("applies a change from the stream, names the flags that changed, and acknowledges the version", async () => {
    const client = fixture.start({ instanceName: "shop" });
    await client.ready();
    const change = next(client, changed);

    fixture.peer.publish(documentOf(6, "on"));

    expect(await change).toEqual({ type: "changed", flags: ["new-checkout"], version: 6 });
    expect(client.boolean("new-checkout", false)).toBe(true);
    await fixture.peer.until(() => fixture.peer.requests("applied").length >= 2);
    expect(fixture.peer.requests("applied").map(({ body }) => JSON.parse(body))).toEqual([
      { instance: expect.any(String), name: "shop", version: 5 },
      { instance: expect.any(String), name: "shop", version: 6 },
    ]);
  });

  it("acknowledges a version once, and again only when that was lost", async () => {
    fixture.peer.refuse.set("applied", { status: 503 });
    const client = fixture.start();
    await client.ready();
    await fixture.peer.until(() => fixture.peer.requests("applied").length === 1);
    fixture.peer.refuse.clear();

    for (const expected of [2, 3]) {
      fixture.peer.dropStreams();
      await fixture.clock.fire("reconnect");
      await fixture.peer.until(
        () => fixture.peer.requests("stream").length === expected && fixture.peer.requests("applied").length === 2,
      );
    }
    fixture.peer.publish(documentOf(6));
    await fixture.peer.until(() => fixture.peer.requests("applied").length === 3);

    expect(fixture.peer.requests("applied").map(({ body }) => JSON.parse(body).version)).toEqual([5, 5, 6]);
  });

  it("does not go back to a lower version within a stream", async () => {
    const client = fixture.start();
    await client.ready();
    const change = next(client, changed);

    fixture.peer.publish(documentOf(4, "on"));
    fixture.peer.publish({ ...documentOf(7), flags: {} });

    expect(await change).toMatchObject({ version: 7 });
    expect(fixture.peer.requests("applied").every(({ body }) => JSON.parse(body).version !== 4)).toBe(true);
  });

  // Goal: after a restore of an older data folder its state is the truth.
  it("takes a lower version from a new connection", async () => {
    const client = fixture.start();
    await client.ready();
    const change = next(client, changed);

    const { port } = fixture.peer;
    await fixture.peer.stop();
    await fixture.clock.waiting("reconnect");
    fixture.peer = await SnapshotPeer.start(documentOf(2, "on"), port);
    await fixture.clock.fire("reconnect");

    expect(await change).toMatchObject({ version: 2 });
    expect(client.status().version).toBe(2);
  });

  it("goes on when a listener throws", async () => {
    const client = fixture.start();
    const warned = new Promise((resolve) => process.once("warning", resolve));
    client.onEvent(() => {
      throw new Error("a mistake of the application");
    });
    await client.ready();
    const change = next(client, changed);

    fixture.peer.publish(documentOf(6, "on"));

    await change;
    expect(await warned).toMatchObject({ message: "a mistake of the application" });
    expect(client.status()).toMatchObject({ state: "ready", version: 6 });
  });

  it("refuses a snapshot that does not parse, says so, and serves the last known good", async () => {
    const client = fixture.start();
    await client.ready();
    const fault = next(client, state("error"));
    const back = next(client, state("ready"));

    fixture.peer.publishRaw('{"version":6,"snapshot":{"flags":{"new-checkout":{"state":"MAYBE"}}}}');

    expect(await fault).toMatchObject({ message: expect.stringContaining("/flags/new-checkout") });
    expect(client.boolean("new-checkout", true)).toBe(false);
    expect(client.status().version).toBe(5);

    fixture.peer.publish(documentOf(7));
    await back;
    expect(client.status()).toMatchObject({ state: "ready", version: 7, lastError: undefined });
  });
});
