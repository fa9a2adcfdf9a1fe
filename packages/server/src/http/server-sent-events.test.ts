import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Role } from "./access-rule.ts";
import type { App } from "./app-type.ts";
import { bearer, openApp, problemBody } from "./http.fixture.ts";
import {
  type Broadcast,
  countOpenStreams,
  createBroadcast,
  endStreamsOfToken,
  limitStreams,
  sseFrame,
} from "./server-sent-events.ts";

const STUCK_CONSUMERS = 100;
const FRAME_BYTES = 1_000_000;

const frame = (data: string) => sseFrame({ event: "news", data });

let app: App;
let broadcast: Broadcast;

async function listen(options: { maxBufferedBytes?: number; heartbeatMs?: number; firstBytes?: number } = {}) {
  const { maxBufferedBytes = 1_000_000, heartbeatMs = 60_000, firstBytes } = options;
  app = openApp();
  broadcast = createBroadcast({ maxBufferedBytes, heartbeatMs });
  app.get("/stream", { config: { access: "read" } }, async (request, reply) => {
    broadcast.add(request, reply, firstBytes === undefined ? frame("first") : Buffer.alloc(firstBytes, "x"));
    return reply;
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  return `http://127.0.0.1:${isAddress(address) ? address.port : 0}/stream`;
}

async function open(url: string, role: "viewer" | "admin" = "viewer") {
  const response = await fetch(url, { headers: bearer(role) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  let isEnded = false;
  /** Reads until `text` has come, or the stream has ended. */
  const readUntil = async (text: string) => {
    while (!received.includes(text) && !isEnded) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      received += value ?? "";
      isEnded = done;
    }
    return received;
  };
  return { response, readUntil, cancel: () => reader?.cancel() };
}

/** Sends a request for the stream by hand, and never reads. */
async function openUnread(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, "connect");
  socket.pause();
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer("admin").authorization}\r\n\r\n`);
  return socket;
}

async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

afterEach(async () => {
  broadcast.close();
  await app.close();
});

describe("a broadcast of server-sent events", () => {
  it("sends each consumer its first frame, and then the same frames to all", async () => {
    const url = await listen();
    const consumers = [await open(url), await open(url)];
    await Promise.all(consumers.map((consumer) => consumer.readUntil("first\n\n")));

    broadcast.send(frame("second"));

    for (const { readUntil, response } of consumers) {
      expect(await readUntil("second\n\n")).toBe("event: news\ndata: first\n\nevent: news\ndata: second\n\n");
      expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
    expect(broadcast.size()).toBe(2);
    expect(countOpenStreams(app.server)).toBe(2);
  });

  it("keeps quiet streams open with comments", async () => {
    const consumer = await open(await listen({ heartbeatMs: 10 }));

    expect(await consumer.readUntil(": still here\n\n")).toContain("\n\n: still here\n\n");
  });

  it("lets go of a consumer that went away", async () => {
    const consumer = await open(await listen());
    await consumer.readUntil("first");

    const closed = new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        if (broadcast.size() > 0 || countOpenStreams(app.server) > 0) return;
        clearInterval(watch);
        resolve();
      }, 5);
    });
    await consumer.cancel();

    await closed;
  });

  it("disconnects a consumer that does not read, and counts it", async () => {
    // More than the socket's buffers take while nobody reads.
    const stuck = await open(await listen({ firstBytes: 32_000_000, maxBufferedBytes: 1_000_000 }));

    broadcast.send(frame("second"));

    expect(broadcast.dropped()).toBe(1);
    expect(broadcast.size()).toBe(0);
    expect((await stuck.readUntil("second")).length).toBeLessThan(32_000_000);
  });

  it("disconnects whoever takes nothing of what waits for it, however little that is", async () => {
    const stuck = await open(await listen({ firstBytes: 32_000_000, maxBufferedBytes: 64_000_000, heartbeatMs: 10 }));

    await eventually(() => broadcast.dropped() === 1);

    expect(broadcast.size()).toBe(0);
    expect((await stuck.readUntil("never")).length).toBeLessThan(32_000_000);
  });

  it("never lets the stuck delay another, and holds each frame once however many are stuck", async () => {
    const url = new URL(await listen({ maxBufferedBytes: FRAME_BYTES * 4 }));
    const stuck = await Promise.all(Array.from({ length: STUCK_CONSUMERS }, () => openUnread(url)));
    const reader = await open(url.href);
    await reader.readUntil("first");
    await eventually(() => broadcast.size() === STUCK_CONSUMERS + 1);
    const buffersBefore = process.memoryUsage().arrayBuffers;

    for (let sent = 1; broadcast.size() > 1; sent += 1) {
      broadcast.send(sseFrame({ event: "news", data: "x".repeat(FRAME_BYTES) }));
      broadcast.send(frame(`number ${sent}`));
      await reader.readUntil(`number ${sent}\n`);
    }
    const grownBytes = process.memoryUsage().arrayBuffers - buffersBefore;

    expect(broadcast.dropped()).toBe(STUCK_CONSUMERS);
    // Were each consumer's its own, it would be this many times the limit of one.
    expect(grownBytes).toBeLessThan((STUCK_CONSUMERS * FRAME_BYTES * 4) / 4);
    for (const socket of stuck) socket.destroy();
  });

  it("ends every stream when it closes, and those that come later", async () => {
    const url = await listen();
    const early = await open(url);

    broadcast.close();
    const late = await open(url);

    expect(await early.readUntil("never")).toBe("event: news\ndata: first\n\n");
    expect(await late.readUntil("never")).toBe("event: news\ndata: first\n\n");
  });

  it("ends the streams of one token", async () => {
    const url = await listen();
    const [viewer, admin] = [await open(url, "viewer"), await open(url, "admin")];

    endStreamsOfToken(app.server, "tok_viewer");
    await viewer.readUntil("never");
    broadcast.send(frame("second"));

    expect(await admin.readUntil("second")).toContain("second");
  });
});

describe("the number of streams", () => {
  it("is bounded for a token, and for the node: who is above is told when to come again", async () => {
    const url = await listen();
    limitStreams(app.server, { ofClient: 3, ofPerson: 2, ofNode: 4 });
    const refusalOf = async (role: Role) => {
      const response = await fetch(url, { headers: bearer(role) });
      const { code } = problemBody.parse(await response.json());
      return [response.status, code, response.headers.get("retry-after")];
    };

    const viewers = [await open(url, "viewer"), await open(url, "viewer")];
    const ofToken = await refusalOf("viewer");
    const admins = [await open(url, "admin"), await open(url, "admin")];
    const ofNode = await refusalOf("operator");

    expect(ofToken).toEqual([429, "too-many-requests", "10"]);
    expect(ofNode).toEqual([503, "node-full", "10"]);
    for (const { response } of [...viewers, ...admins]) expect(response.status).toBe(200);
  });

  it("gives room again when one ends", async () => {
    const url = await listen();
    limitStreams(app.server, { ofClient: 1, ofPerson: 1, ofNode: 1 });
    const first = await open(url);
    await first.readUntil("first");

    await first.cancel();
    await expect.poll(() => countOpenStreams(app.server)).toBe(0);

    expect((await open(url)).response.status).toBe(200);
  });
});

describe("a frame", () => {
  it("has an id when it is given one, and a line of data for each line", () => {
    expect(sseFrame({ event: "a", id: 7, data: "x\ny\r\nz\r" }).toString()).toBe(
      "id: 7\nevent: a\ndata: x\ndata: y\ndata: z\ndata: \n\n",
    );
  });
});

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
