import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientFixture, changed, next, state } from "../test/client-fixture.ts";
import { documentOf, SnapshotPeer, TOKEN } from "../test/snapshot-peer.ts";
import { STALE_AFTER_MS } from "./client-options.ts";
import { REFUSED_RETRY_MS, STREAM_STEADY_MS } from "./follow-snapshots.ts";
import { SILENCE_TIMEOUT_MS } from "./follow-stream.ts";

let fixture: ClientFixture;

beforeEach(async () => {
  fixture = await ClientFixture.open();
});

afterEach(() => fixture.close());

describe("a client whose server goes away", () => {
  it("serves the last known good, says STALE with its age, and READY when it is back", async () => {
    const client = fixture.start();
    await client.ready();
    const stale = next(client, state("stale"));
    const { port } = fixture.peer;

    await fixture.peer.stop();
    await fixture.clock.waiting("reconnect");
    // Attempts go on meanwhile; they all fail.
    fixture.clock.advance(STALE_AFTER_MS);

    await stale;
    expect(client.status()).toMatchObject({ state: "stale", ageMs: STALE_AFTER_MS, version: 5, transport: "none" });
    expect(client.boolean("new-checkout", true)).toBe(false);

    const back = next(client, state("ready"));
    fixture.peer = await SnapshotPeer.start(documentOf(5), port);
    await fixture.reconnectUntil(back);
    expect(client.status()).toMatchObject({ state: "ready", ageMs: 0 });
  });

  it("leaves a stream that is silent too long and connects again", async () => {
    const client = fixture.start();
    await client.ready();
    await fixture.clock.waiting("silence");

    fixture.clock.advance(SILENCE_TIMEOUT_MS);
    await fixture.clock.fire("reconnect");
    await fixture.peer.until(() => fixture.peer.requests("stream").length === 2);

    expect(fixture.peer.requests("stream")).toHaveLength(2);
  });

  it("stays with a stream that sends heartbeats", async () => {
    const client = fixture.start();
    await client.ready();
    for (let beat = 0; beat < 5; beat += 1) {
      fixture.clock.advance(SILENCE_TIMEOUT_MS - 1_000);
      fixture.peer.send(": heartbeat\n\n");
      while (client.status().ageMs !== 0) await new Promise(setImmediate);
    }

    expect(client.status()).toMatchObject({ state: "ready", transport: "stream" });
    expect(fixture.peer.requests("stream")).toHaveLength(1);
    expect(fixture.clock.count("reconnect")).toBe(0);
  });

  it("has one reconnect timer, with jitter, and waits as long as the server asks", async () => {
    const client = fixture.start();
    await client.ready();
    fixture.peer.refuse.set("stream", { status: 503, retryAfter: "7" });

    fixture.clock.advance(STREAM_STEADY_MS);
    fixture.peer.dropStreams();
    expect(await fixture.clock.waiting("reconnect")).toBe(250);
    await fixture.clock.fire("reconnect");

    expect(await fixture.clock.waiting("reconnect")).toBe(7_250);
    expect(fixture.clock.count("reconnect")).toBe(1);
    expect(client.status().lastError).toContain("503");
  });

  it("polls with If-None-Match when streams keep failing, and still sees changes", async () => {
    fixture.peer.refuse.set("stream", { status: 502 });
    const client = fixture.start({ pollIntervalMs: 5_000 });
    const ready = client.ready();
    await fixture.clock.fire("reconnect");
    await fixture.clock.fire("reconnect");
    await fixture.clock.fire("reconnect");
    await ready;
    expect(client.status()).toMatchObject({ transport: "poll", version: 5 });

    await fixture.clock.fire("reconnect");
    const change = next(client, changed);
    await fixture.clock.waiting("reconnect");
    fixture.peer.publish(documentOf(6, "on"));
    await fixture.clock.fire("reconnect");

    expect(await change).toMatchObject({ version: 6 });
    expect(fixture.peer.requests("snapshot").map(({ headers }) => headers["if-none-match"])).toEqual([
      undefined,
      '"v5"',
      '"v5"',
    ]);
  });

  // Goal: one node that lags behind must not take a change back; a server that was restored must be believed.
  it("takes a lower version from polling only when two polls in a row say so", async () => {
    const client = fixture.start({ streaming: false });
    await client.ready();
    const version = async (published: number): Promise<number | undefined> => {
      fixture.peer.publish(documentOf(published));
      await fixture.clock.fire("reconnect");
      await fixture.clock.waiting("reconnect");
      return client.status().version;
    };

    await fixture.clock.waiting("reconnect");
    expect(await version(3)).toBe(5);
    expect(await version(6)).toBe(6);
    expect(await version(4)).toBe(6);
    expect(await version(4)).toBe(4);
    expect(fixture.peer.requests("stream")).toEqual([]);
  });

  it("says that the token was refused, asks seldom, and serves the last known good", async () => {
    const client = fixture.start();
    await client.ready();
    const fault = next(client, state("error"));

    fixture.peer.refuse.set("stream", { status: 401 });
    fixture.peer.dropStreams();
    await fixture.clock.fire("reconnect");

    expect(await fault).toMatchObject({ message: expect.stringContaining("token") });
    expect(await fixture.clock.waiting("reconnect")).toBe(REFUSED_RETRY_MS);
    expect(client.boolean("new-checkout", true)).toBe(false);
    expect(JSON.stringify(client.status())).not.toContain(TOKEN);
  });
});
