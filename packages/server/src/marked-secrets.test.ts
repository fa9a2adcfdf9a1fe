import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "./db/open-database.ts";
import { createLogger } from "./logging.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";
import { type Described, routesOf } from "./routes.fixture.ts";

/** Stands in every secret that this test sends. */
const MARK = "marked-secret-0123456789";
const HOSTILE = `x\n12:00:00  info signed in\r\u001b[2J\u009b2J`;

const folder = mkdtempSync(join(tmpdir(), "steadfast-secrets-"));
const written = new PassThrough();
let node: Awaited<ReturnType<typeof openTestNode>>;
let routes: Described[];
let log = "";

beforeAll(async () => {
  written.on("data", (chunk: Buffer) => {
    log += String(chunk);
  });
  const logger = createLogger({ level: "trace", format: "json" }, written);
  node = await openTestNode({ kind: "sqlite", dataDir: folder }, { logger });
  routes = routesOf(node.node.app);
  await node.ask("POST", "/api/v1/flags", { key: "f" });
});
afterAll(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

async function knock(route: Described, headers: Record<string, string>, body: string, query = "") {
  const answer = await node.node.app.inject({
    method: route.method,
    url: `${route.url({ key: "f" })}${query}`,
    headers: { "content-type": "application/json", ...headers },
    ...(route.method === "GET" ? {} : { payload: body }),
    payloadAsStream: true,
  });
  const isStream = String(answer.headers["content-type"]).startsWith("text/event-stream");
  let text = "";
  if (!isStream) for await (const chunk of answer.stream()) text += String(chunk);
  answer.raw.res.destroy();
  return `${JSON.stringify(answer.headers)}\n${text}`;
}

describe("a secret, shown to every route", () => {
  const admin = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const bodies = ["", "{", "null", `{"token":"${MARK}"}`, `{"reason":1,"token":"${MARK}"}`, `"${MARK}"`];
  const credentials: Record<string, string>[] = [
    { authorization: `Bearer ${MARK}` },
    { authorization: `Basic ${MARK}` },
    { authorization: `${MARK}` },
    { "x-api-key": MARK },
    { cookie: `steadfast_session=${MARK}` },
    { cookie: `${MARK}`, "x-steadfast-csrf": MARK, origin: `https://${MARK}` },
    { ...admin, "idempotency-key": MARK, "if-match": "1" },
    { ...admin, referer: `https://x/?token=${MARK}`, "user-agent": MARK, traceparent: MARK },
  ];

  it("stands in no answer and in no log", async () => {
    for (const route of routes.filter(({ isEnding }) => !isEnding)) {
      for (const headers of credentials) {
        const answer = await knock(route, headers, bodies[3] ?? "");
        expect(answer, `${route.method} ${route.path}`).not.toContain(MARK);
        expect(answer).not.toContain(TEST_ADMIN_TOKEN);
      }
      for (const body of bodies) {
        expect(await knock(route, admin, body), `${route.method} ${route.path}`).not.toContain(MARK);
      }
      expect(await knock(route, {}, "{}", `?token=${MARK}`)).not.toContain(MARK);
    }

    expect(log).not.toContain(MARK);
    expect(log).not.toContain(TEST_ADMIN_TOKEN);
    expect(log).toContain('"denied"');
  });

  it("is logged in no denial, by name, and not even when the server fails", async () => {
    const made = await node.ask("POST", "/api/v1/tokens", { name: "marked", role: "viewer" });
    const secret = String(made.body.token);
    const headers = { authorization: `Bearer ${secret}` };
    await node.ask("POST", "/api/v1/flags", { key: "x" }, headers);
    node.node.drain();

    await node.ask("GET", "/readyz", undefined, headers);
    const list = await node.ask("GET", "/api/v1/tokens");
    const events = await node.ask("GET", "/api/v1/events?type=token.&limit=500");

    expect(log).toContain(String(made.body.id));
    expect(log + JSON.stringify(list.body) + JSON.stringify(events.body)).not.toContain(secret);
  });

  it("of the store stands in no error when the store cannot be reached", async () => {
    const opening = openDatabase({ kind: "postgres", url: `postgres://somebody:${MARK}@127.0.0.1:1/steadfast` });

    const error = await opening.then(
      () => undefined,
      (reason: unknown) => reason,
    );

    expect(error).toBeInstanceOf(Error);
    const told = error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` : "";
    expect(told).not.toContain(MARK);
  });
});

describe("text from outside, shown to every route", () => {
  it("begins no line of the log and steers no terminal", async () => {
    const before = log.length;
    const headers = { "user-agent": "x\u00a0\u0085", "x-steadfast-environment": "\u009b2J" };
    for (const route of routes.filter(({ isEnding }) => !isEnding)) {
      const authorization = `Bearer ${TEST_ADMIN_TOKEN}`;
      await knock(
        route,
        { authorization, ...headers },
        JSON.stringify({ reason: HOSTILE, name: HOSTILE, key: HOSTILE }),
      );
      await knock(route, headers, JSON.stringify({ token: HOSTILE }), `?${encodeURIComponent(HOSTILE)}=1`);
    }

    const lines = log.slice(before).trimEnd().split("\n");
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});
