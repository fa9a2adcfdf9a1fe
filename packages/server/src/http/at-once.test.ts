import { once } from "node:events";
import { request } from "node:http";
import { json } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { sayRaw, statusesOf } from "../raw-http.fixture.ts";
import type { Principal } from "./access-rule.ts";
import type { App } from "./app-type.ts";
import { answerAtOnce } from "./at-once.ts";
import { hashSecret } from "./authenticate.ts";
import { boundBodies } from "./bound-bodies.ts";
import { openApp } from "./http.fixture.ts";

const CLIENT: Principal = {
  tokenId: "tok_client",
  tokenName: "client",
  role: "client",
  environment: null,
  via: "token",
};
const LIMITS = { ofToken: 1_000, ofNode: 1_500 };
const BODY_BYTES_MAX = 500;
const ETAG = '"tag"';

let app: App;
afterEach(() => app.close());

/** A route whose answer says which of the two ways it came. */
async function listen() {
  app = openApp();
  const bodies = boundBodies(app, LIMITS);
  const counted: string[] = [];
  const known = new Map<string, Principal>([
    [hashSecret("client-secret"), CLIENT],
    [hashSecret("telemetry-secret"), { ...CLIENT, tokenId: "tok_telemetry", role: "telemetry" }],
  ]);
  answerAtOnce(app, {
    bodies,
    findInMemory: (secretHash) => known.get(secretHash),
    observerOf: ({ method, route, status }) => {
      return (seconds) => counted.push(`${method} ${route} ${status} ${seconds >= 0 ? "measured" : seconds}`);
    },
  });
  app.post<{ Params: { key: string } }>(
    "/ask/:key",
    {
      bodyLimit: BODY_BYTES_MAX,
      config: {
        access: "evaluate",
        atOnce: ({ parameter, body, principal, headers }) => {
          if (parameter === "left") return undefined;
          if (parameter === "broken") throw new Error("broken");
          const json = JSON.stringify({ way: "at once", by: principal.tokenId, parameter, body });
          return { status: headers["if-none-match"] === ETAG ? 304 : 200, etag: ETAG, json };
        },
      },
    },
    async ({ params, body }) => ({ way: "handler", parameter: params.key, body }),
  );
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  return { counted, bodies, known, port: Number(new URL(address).port) };
}

type Said = {
  readonly path?: string;
  readonly method?: string;
  readonly version?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

/** One request, all of it. `undefined` takes a header away. */
function whole({
  path = "/ask/one",
  method = "POST",
  version = "1.1",
  body = '{"a":1}',
  headers = {},
}: Said = {}): string {
  const all = {
    host: "x",
    connection: "close",
    authorization: "Bearer client-secret",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${[`${method} ${path} HTTP/${version}`, ...lines].join("\r\n")}\r\n\r\n${body}`;
}

const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("a request that comes whole from a token that memory knows", () => {
  it("is answered at once, and counted as its route's", async () => {
    const { port, counted } = await listen();

    const answer = await sayRaw(port, whole());

    expect(statusesOf(answer)).toEqual([200]);
    expect(bodyOf(answer)).toEqual({ way: "at once", by: "tok_client", parameter: "one", body: { a: 1 } });
    for (const header of [
      "content-type: application/json; charset=utf-8",
      `etag: ${ETAG}`,
      "x-content-type-options: nosniff",
    ])
      expect(answer).toContain(`\r\n${header}\r\n`);
    expect(counted).toEqual(["POST /ask/:key 200 measured"]);
  });

  it("is answered without a body where the answer is known", async () => {
    const { port, counted } = await listen();

    const answer = await sayRaw(port, whole({ headers: { "if-none-match": ETAG } }));

    expect(statusesOf(answer)).toEqual([304]);
    expect(answer).toMatch(/\r\n\r\n$/);
    expect(counted).toEqual(["POST /ask/:key 304 measured"]);
  });

  it("is answered in the order of its connection, whoever answers the others", async () => {
    const { port } = await listen();
    const keep = { connection: "keep-alive" };

    const answer = await sayRaw(
      port,
      whole({ path: "/ask/left", headers: keep }) + whole({ headers: keep }) + whole({ path: "/ask/broken" }),
    );

    expect(statusesOf(answer)).toEqual([200, 200, 200]);
    expect([...answer.matchAll(/"way":"([a-z ]+)"/g)].map(([, way]) => way)).toEqual(["handler", "at once", "handler"]);
  });

  it("is answered once, and the server goes on, when what follows is no HTTP", async () => {
    const { port } = await listen();

    const answer = await sayRaw(port, `${whole({ headers: { connection: "keep-alive" } })}\u0000nonsense\r\n\r\n`);

    expect(statusesOf(answer).at(-1)).toBe(400);
    expect(statusesOf(await sayRaw(port, whole()))).toEqual([200]);
  });
});

describe("any other request reaches its handler or its refusal as if nobody had looked at it", () => {
  const handled = (body: unknown, parameter = "one") => ({ status: 200, body: { way: "handler", parameter, body } });
  const refused = (status: number, code: string) => ({ status, body: { code } });

  it.each<[string, Said, { status: number; body: object }]>([
    ["what is left to the handler", { path: "/ask/left" }, handled({ a: 1 }, "left")],
    ["what cannot be answered at once", { path: "/ask/broken" }, handled({ a: 1 }, "broken")],
    ["a parameter that is encoded", { path: "/ask/o%6ee" }, handled({ a: 1 })],
    ["a query", { path: "/ask/one?a=1" }, handled({ a: 1 })],
    ["an escape in the body", { body: '{"a":"\\u0041"}' }, handled({ a: "A" })],
    ["HTTP/1.0", { version: "1.0" }, handled({ a: 1 })],
    [
      "a body without an end that is known",
      { body: '3\r\n"a"\r\n0\r\n\r\n', headers: { "content-length": undefined, "transfer-encoding": "chunked" } },
      handled("a"),
    ],
    [
      "another way to send a token",
      { headers: { authorization: undefined, "x-api-key": "operator-secret" } },
      handled({ a: 1 }),
    ],
    ["a token that memory does not know", { headers: { authorization: "Bearer viewer-secret" } }, handled({ a: 1 })],
    ["a token of nobody", { headers: { authorization: "Bearer made-up" } }, refused(401, "token-invalid")],
    ["no token", { headers: { authorization: undefined } }, refused(401, "token-missing")],
    [
      "a token that may not",
      { headers: { authorization: "Bearer telemetry-secret" } },
      refused(403, "role-insufficient"),
    ],
    [
      "a session, even a good one",
      { headers: { authorization: undefined, cookie: "steadfast_session=client-secret" } },
      refused(403, "csrf-check-failed"),
    ],
    ["no host", { headers: { host: undefined } }, refused(400, "invalid-request")],
    ["no type", { headers: { "content-type": undefined } }, refused(415, "media-type-unsupported")],
    ["a type that is not JSON", { headers: { "content-type": "text/plain" } }, refused(415, "media-type-unsupported")],
    ["a body that is packed", { headers: { "content-encoding": "gzip" } }, handled({ a: 1 })],
    ["no body", { body: "" }, refused(400, "malformed-body")],
    ["broken JSON", { body: "{" }, refused(400, "malformed-body")],
    ["a forbidden key", { body: '{"__proto__":{}}' }, refused(400, "malformed-body")],
    ["a forbidden key, escaped", { body: '{"__\\u0070roto__":{}}' }, refused(400, "malformed-body")],
    ["NUL", { body: '"\\u0000"' }, handled("\u0000")],
    ["NUL in an object", { body: '{"a":"\\u0000"}' }, refused(400, "invalid-request")],
    ["too deep a body", { body: deep(101) }, refused(400, "invalid-request")],
    ["too large a body", { body: JSON.stringify("x".repeat(BODY_BYTES_MAX)) }, refused(413, "body-too-large")],
    ["another method", { method: "PUT" }, refused(405, "method-not-allowed")],
    ["another path", { path: "/ask/one/two" }, refused(404, "not-found")],
  ])("%s", async (_, said, expected) => {
    const { port, counted } = await listen();

    const answer = await sayRaw(port, whole(said));

    expect({ status: statusesOf(answer)[0], body: bodyOf(answer) }).toMatchObject(expected);
    expect(counted).toEqual([]);
  });

  it.each([
    ["after its head", "", "12"],
    ["in two parts, each of which is JSON", "1", "2"],
  ])("a body that comes %s", async (_, first, rest) => {
    const { port } = await listen();
    const headers = { authorization: "Bearer client-secret", "content-type": "application/json", "content-length": 2 };
    const late = request({ port, host: "127.0.0.1", method: "POST", path: "/ask/one", headers });
    if (first === "") late.flushHeaders();
    else late.write(first);
    await once(app.server, "request");
    await setImmediate();

    late.end(rest);
    const [response] = await once(late, "response");

    expect(await json(response)).toEqual({ way: "handler", parameter: "one", body: 12 });
  });

  it("one for which there is no room", async () => {
    const { port, bodies } = await listen();
    const share = { tokenId: CLIENT.tokenId, bytes: 0 };
    bodies.take(share, LIMITS.ofToken - 3);

    const full = await sayRaw(port, whole());
    bodies.release(share);
    const freed = await sayRaw(port, whole());

    expect([full, freed].map((answer) => statusesOf(answer)[0])).toEqual([429, 200]);
    expect(bodyOf(freed)).toMatchObject({ way: "at once" });
  });

  it("a token from the moment that memory forgets it", async () => {
    const { port, known } = await listen();
    const before = bodyOf(await sayRaw(port, whole()));
    known.clear();

    const after = bodyOf(await sayRaw(port, whole()));

    expect([before, after]).toMatchObject([{ way: "at once" }, { way: "handler" }]);
  });
});

it("refuses to mount a route that could not be answered at once by its own rules", async () => {
  await listen();
  await app.close();
  app = openApp();
  answerAtOnce(app, { bodies: boundBodies(app), findInMemory: () => undefined, observerOf: () => () => {} });
  const atOnce = () => undefined;

  expect(() => app.post("/boundless", { config: { access: "read", atOnce } }, () => null)).toThrow("/boundless");
  expect(() => app.get("/got", { bodyLimit: 1, config: { access: "read", atOnce } }, () => null)).toThrow("/got");
});
