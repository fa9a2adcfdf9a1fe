import { once } from "node:events";
import { type ClientRequest, request } from "node:http";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import type { App } from "./app-type.ts";
import { boundBodies } from "./bound-bodies.ts";
import { bearer, openApp, problemBody } from "./http.fixture.ts";

const LIMITS = { ofToken: 1_000, ofNode: 1_500 };

let app: App;
const sending: ClientRequest[] = [];
afterEach(async () => {
  for (const each of sending.splice(0)) each.destroy();
  await app.close();
});

async function listen() {
  app = openApp();
  boundBodies(app, LIMITS);
  let begun = 0;
  app.addHook("preParsing", async () => {
    begun += 1;
  });
  app.post("/read", { config: { access: "read" } }, async () => ({ isRead: true }));
  const address = await app.listen({ host: "127.0.0.1", port: 0 });

  const begin = (role: "viewer" | "admin", headers: Record<string, string | number>) => {
    const each = request(`${address}/read`, {
      method: "POST",
      headers: { ...bearer(role), "content-type": "application/json", ...headers },
    });
    each.on("error", () => {});
    sending.push(each);
    return each;
  };
  /** A body that says it is this long, and does not come. */
  const hold = async (role: "viewer" | "admin", bytes: number) => {
    const before = begun;
    const each = begin(role, { "content-length": bytes });
    each.flushHeaders();
    await expect.poll(() => begun).toBe(before + 1);
    return each;
  };
  const answerOf = async (each: ClientRequest) => {
    const [response] = await once(each, "response");
    const body = await json(response);
    return { status: response.statusCode, retryAfter: response.headers["retry-after"], body };
  };
  const send = (role: "viewer" | "admin", bytes: number) => {
    const each = begin(role, { "content-length": bytes });
    each.end(`"${"x".repeat(bytes - 2)}"`);
    return answerOf(each);
  };
  return { begin, hold, send, answerOf };
}

describe("bodies under way", () => {
  it("are bounded for a token, which is told when to come again, and others go on", async () => {
    const { hold, send } = await listen();
    await hold("viewer", 900);

    const refused = await send("viewer", 200);
    const other = await send("admin", 200);

    expect(refused).toMatchObject({ status: 429, retryAfter: "1", body: { code: "too-many-requests" } });
    problemBody.parse(refused.body);
    expect(other.status).toBe(200);
  });

  it("are bounded for the node", async () => {
    const { hold, send } = await listen();
    await hold("viewer", 900);
    await hold("admin", 500);

    expect(await send("admin", 200)).toMatchObject({ status: 503, retryAfter: "1", body: { code: "node-full" } });
  });

  it("are counted as they come when they do not say how long they are", async () => {
    const { begin, answerOf, send } = await listen();

    const chunked = begin("viewer", { "transfer-encoding": "chunked" });
    for (let index = 0; index < 6; index += 1) chunked.write(" ".repeat(200));
    const answer = await answerOf(chunked);

    expect(answer).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    chunked.destroy();
    await expect.poll(async () => (await send("viewer", 900)).status).toBe(200);
  });

  it("make room again when they were answered, and when their sender goes away", async () => {
    const { hold, send } = await listen();

    const answered = [await send("viewer", 900), await send("viewer", 900)];
    const gone = await hold("viewer", 900);
    gone.destroy();

    expect(answered.map(({ status }) => status)).toEqual([200, 200]);
    await expect.poll(async () => (await send("viewer", 900)).status).toBe(200);
  });
});
