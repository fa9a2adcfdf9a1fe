import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { openTestNode, TEST_ADMIN_TOKEN } from "../../node.fixture.ts";

const ALL = "/ofrep/v1/evaluate/flags";
const ROUTE = `${ALL}/:key`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A node with flags of all kinds, asked through its port, where it may answer at once, and by `inject`, where it never does. */
async function listen(settings: Parameters<typeof openTestNode>[1] = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "steadfast-ofrep-"));
  closing.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const { node, ask, close } = await openTestNode({ kind: "sqlite", dataDir }, settings);
  closing.push(close);
  const url = await node.app.listen({ host: "127.0.0.1", port: 0 });
  const fractional = [{ var: "targetingKey" }, ["on", 50], ["off", 50]];
  const targeting = { if: [{ "==": [{ var: "plan" }, "pro"] }, "on", { fractional }] };
  await ask("POST", "/api/v1/flags", { key: "plain" });
  await ask("POST", "/api/v1/flags", { key: "ruled", targeting });
  await ask("POST", "/api/v1/flags", { key: "dark", state: "DISABLED" });
  await ask("POST", "/api/v1/flags", { key: "said", variants: { a: "naïve ☃", b: "" }, defaultVariant: "a" });
  await ask("POST", "/api/v1/environments", { key: "staging" });

  const authorization = `Bearer ${TEST_ADMIN_TOKEN}`;
  const evaluate = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const sent = { authorization, "content-type": "application/json", ...headers };
    const response = await fetch(url + path, { method: "POST", headers: sent, body: JSON.stringify(body) });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
  const inject = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const sent = { authorization, "content-type": "application/json", ...headers };
    const answer = await node.app.inject({ method: "POST", url: path, headers: sent, payload: JSON.stringify(body) });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  };
  /** How many answers of a route were counted, by status. */
  const counted = async (route: string) => {
    const metrics = String((await ask("GET", "/metrics")).body);
    const lines = metrics.matchAll(/^steadfast_http_request_duration_seconds_count\{(.*)\} (\d+)$/gm);
    const ofRoute = [...lines].filter(([, labels]) => labels?.includes(`route="${route}"`));
    return Object.fromEntries(
      ofRoute.map(([, labels, count]) => [/status="(\d+)"/.exec(labels ?? "")?.[1], Number(count)]),
    );
  };
  return { ask, evaluate, inject, counted };
}

/** What belongs to a connection, or to the moment. */
const withoutConnection = ({ connection: _1, "keep-alive": _2, date: _3, ...headers }: Record<string, unknown>) =>
  headers;

describe("an evaluation that is answered at once", () => {
  it.each<[string, string, unknown, Record<string, string>?]>([
    ["a flag that is always the same", `${ALL}/plain`, { context: {} }],
    ["a flag with a rule", `${ALL}/ruled`, { context: { targetingKey: "u1", plan: "pro" } }],
    ["a flag with a share", `${ALL}/ruled`, { context: { targetingKey: "u2" } }],
    ["a flag that is switched off", `${ALL}/dark`, { context: {} }],
    ["a value beyond ASCII", `${ALL}/said`, { context: { name: "Åse ☃" } }],
    ["no context", `${ALL}/plain`, {}],
    ["all flags", ALL, { context: { targetingKey: "u1", list: [1, { deep: true }] } }],
    ["all flags of another environment", ALL, { context: {} }, { "x-steadfast-environment": "staging" }],
    ["a flag that is not there", `${ALL}/nowhere`, { context: {} }],
    ["an environment that is not there", ALL, { context: {} }, { "x-steadfast-environment": "nowhere" }],
    ["a context that is none", ALL, { context: 7 }],
    ["a flag's context that is none", `${ALL}/plain`, { context: { targetingKey: 7 } }],
    ["a list", ALL, []],
    ["a token of nobody", ALL, {}, { authorization: "Bearer made-up" }],
  ])("is what the handler answers: %s", async (_, path, body, headers) => {
    const { evaluate, inject } = await listen();

    const [atPort, injected] = [await evaluate(path, body, headers), await inject(path, body, headers)];

    expect({ ...atPort, headers: withoutConnection(atPort.headers) }).toEqual({
      ...injected,
      headers: withoutConnection(injected.headers),
    });
  });

  it("has a tag of the flags and of who asks, and who has it is told so by both ways", async () => {
    const { ask, evaluate, inject } = await listen();
    const context = { context: { targetingKey: "u1" } };
    const { headers } = await evaluate(ALL, context);
    const known = { "if-none-match": `"another", W/${headers.etag}` };

    const again = [await evaluate(ALL, context, known), await inject(ALL, context, known)];
    const another = await evaluate(ALL, { context: { targetingKey: "u2" } }, known);
    await ask("POST", "/api/v1/flags", { key: "new" });
    const later = [await evaluate(ALL, context, known), await inject(ALL, context, known)];

    expect(again).toMatchObject([
      { status: 304, body: "", headers: { etag: headers.etag } },
      { status: 304, body: "", headers: { etag: headers.etag } },
    ]);
    expect([another, ...later].map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("has a tag of the whole answer where a rule looks at the clock", async () => {
    const nowMs = { is: Date.now() };
    const { ask, evaluate } = await listen({ nowMs: () => nowMs.is });
    const hour = Math.floor(nowMs.is / 1_000) + 3_600;
    const targeting = { if: [{ "<": [{ var: "$flagd.timestamp" }, hour] }, "on", "off"] };
    await ask("POST", "/api/v1/flags", { key: "hour", targeting });
    const first = await evaluate(ALL, {});
    const known = { "if-none-match": first.headers.etag ?? "" };

    const before = await evaluate(ALL, {}, known);
    nowMs.is += 2 * 3_600_000;
    const after = await evaluate(ALL, {}, known);

    expect([before.status, after.status]).toEqual([304, 200]);
  });

  it("is counted with its route's others", async () => {
    const { evaluate, inject, counted } = await listen();

    await evaluate(`${ALL}/plain`, {});
    await inject(`${ALL}/plain`, {});
    await evaluate(`${ALL}/nowhere`, {});
    const { headers } = await evaluate(ALL, {});
    await evaluate(ALL, {}, { "if-none-match": headers.etag ?? "" });

    await expect.poll(() => counted(ROUTE)).toEqual({ 200: 2, 404: 1 });
    await expect.poll(() => counted(ALL)).toEqual({ 200: 1, 304: 1 });
  });

  it("keeps a token to its environment, and refuses it from the moment that it is revoked", async () => {
    const { ask, evaluate } = await listen();
    const { body: created } = await ask("POST", "/api/v1/tokens", {
      name: "t",
      role: "client",
      environment: "production",
    });
    const by = { authorization: `Bearer ${created.token}` };
    const own = [await evaluate(ALL, {}, by), await evaluate(ALL, {}, by)];

    const other = await evaluate(ALL, {}, { ...by, "x-steadfast-environment": "staging" });
    await ask("DELETE", `/api/v1/tokens/${created.id}`);
    const revoked = await evaluate(ALL, {}, by);

    expect(own.map(({ status }) => status)).toEqual([200, 200]);
    expect(other).toMatchObject({ status: 403, body: "" });
    expect(revoked).toMatchObject({ status: 401, body: "" });
  });
});

it("is traced like any other request where traces are wanted: never at once", async () => {
  const received: Buffer[] = [];
  const collector = createServer(async (request, response) => {
    received.push(await buffer(request));
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  closing.push(() => collector.close());
  const address = collector.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { evaluate } = await listen({ tracesEndpoint: `http://127.0.0.1:${port}/v1/traces` });

  const { status } = await evaluate(`${ALL}/plain`, {});
  await closing.pop()?.();

  expect(status).toBe(200);
  expect(Buffer.concat(received).toString("latin1")).toContain(`POST ${ROUTE}`);
});
