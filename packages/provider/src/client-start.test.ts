import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientFixture, changed, next, state, warning } from "../test/client-fixture.ts";
import { documentOf, ENVIRONMENT, SnapshotPeer } from "../test/snapshot-peer.ts";
import { SteadfastClient } from "./client.ts";

let fixture: ClientFixture;

beforeEach(async () => {
  fixture = await ClientFixture.open();
});

afterEach(() => fixture.close());

describe("a client that starts", () => {
  it("keeps the snapshot on disk, whole and alone, and starts from it without the server", async () => {
    const snapshotFile = join(fixture.folder, "cache", "flags.json");
    const first = fixture.start({ snapshotFile });
    await first.ready();
    await first.close();
    expect(JSON.parse(await readFile(snapshotFile, "utf8"))).toEqual(documentOf(5));
    expect(await readdir(join(fixture.folder, "cache"))).toEqual(["flags.json"]);
    fixture.peer.refuse.set("stream", { status: 503 });

    const second = fixture.start({ snapshotFile, bundledSnapshot: documentOf(1, "on") });
    await second.ready();

    expect(second.status()).toMatchObject({ state: "stale", source: "disk", version: 5 });
    expect(second.boolean("new-checkout", true)).toBe(false);
  });

  it("prefers the server to what is on disk", async () => {
    const snapshotFile = join(fixture.folder, "flags.json");
    await writeFile(snapshotFile, JSON.stringify(documentOf(3, "on")));

    const client = fixture.start({ snapshotFile });
    await client.ready();

    expect(client.status()).toMatchObject({ state: "ready", source: "network", version: 5 });
  });

  it.each([
    ["damaged", '{"flags": {'],
    ["of another environment", JSON.stringify({ ...documentOf(3), metadata: { flagSetId: "staging" } })],
  ])("leaves out a snapshot file that is %s and takes the bundled one", async (_what, text) => {
    const snapshotFile = join(fixture.folder, "flags.json");
    await writeFile(snapshotFile, text);
    await writeFile(join(fixture.folder, "bundled.json"), JSON.stringify(documentOf(1, "on")));
    fixture.peer.refuse.set("stream", { status: 503 });
    const client = fixture.start({ snapshotFile, bundledSnapshot: join(fixture.folder, "bundled.json") });
    const warned = next(client, warning);

    await client.ready();

    expect(await warned).toMatchObject({ message: expect.stringContaining(snapshotFile) });
    expect(client.status()).toMatchObject({ source: "bundled", version: 1 });
  });

  it("fails with nothing to serve, answers defaults, keeps trying, and becomes ready", async () => {
    fixture.peer.refuse.set("stream", { status: 503 });
    const client = fixture.start();
    const failing = expect(client.ready()).rejects.toThrow(/no snapshot to serve.*503/);
    await fixture.clock.waiting("reconnect");
    fixture.clock.advance(3_000);
    await failing;
    expect(client.boolean("new-checkout", true)).toBe(true);
    expect(client.evaluate("new-checkout").errorCode).toBe("PROVIDER_NOT_READY");

    const back = next(client, state("ready"));
    fixture.peer.refuse.clear();
    await fixture.reconnectUntil(back);
    expect(client.boolean("new-checkout", true)).toBe(false);
  });

  it("fails at once when the token is refused", async () => {
    const client = fixture.start({ token: "wrong" });

    await expect(client.ready()).rejects.toThrow(/refused the token \(401\)/);
  });

  it("refuses an address that is none", () => {
    expect(() => fixture.start({ url: "localhost:4400" })).toThrow(/http:\/\/localhost:4400/);
  });

  it("refuses a token that is missing, as where its environment variable is not set", () => {
    expect(() => fixture.start({ token: "" })).toThrow(/^token: it is empty/);
    expect(() => Reflect.construct(SteadfastClient, [{ url: fixture.peer.url }])).toThrow(/^token: it is empty/);
  });
});

describe("the break-glass file", () => {
  it("switches a flag off or to a variant with the server dead, and back when it is removed", async () => {
    const breakGlassFile = join(fixture.folder, "break-glass.json");
    fixture.peer.publish(documentOf(5, "on"));
    const client = fixture.start({ breakGlassFile });
    await client.ready();
    await fixture.peer.stop();
    expect(client.boolean("new-checkout", false)).toBe(true);

    const off = next(client, changed);
    await writeFile(breakGlassFile, '{"flags": {"new-checkout": "OFF", "theme": {"variant": "light"}}}');
    await fixture.clock.fire("break-glass");
    expect(await off).toMatchObject({ flags: ["new-checkout", "theme"] });
    expect(client.boolean("new-checkout", false)).toBe(false);
    expect(client.evaluate("new-checkout")).toMatchObject({ reason: "DISABLED" });
    expect(client.string("theme", "dark")).toBe("light");

    const fault = next(client, warning);
    await writeFile(breakGlassFile, '{"flags": {"new-checkout": "off"}}');
    await fixture.clock.fire("break-glass");
    expect(await fault).toMatchObject({ message: expect.stringContaining("/flags/new-checkout") });
    expect(client.boolean("new-checkout", false)).toBe(false);

    const back = next(client, changed);
    await rm(breakGlassFile);
    await fixture.clock.fire("break-glass");
    await back;
    expect(client.boolean("new-checkout", false)).toBe(true);
    fixture.peer = await SnapshotPeer.start(documentOf(5));
  });

  it("holds from the first evaluation", async () => {
    const breakGlassFile = join(fixture.folder, "break-glass.json");
    await writeFile(breakGlassFile, '{"flags": {"theme": "OFF", "limit": {"variant": "none"}}}');
    const client = fixture.start({ breakGlassFile });

    await client.ready();

    expect(client.string("theme", "mine")).toBe("mine");
    expect(client.evaluate("limit")).toMatchObject({ reason: "ERROR", errorCode: "GENERAL" });
    expect(client.status()).toMatchObject({ overrides: 2, version: 5 });
    expect(client.environment).toBe(ENVIRONMENT);
  });
});
