import { Buffer } from "node:buffer";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { describeOnEachStore, type OpenStore } from "./db/test-databases.ts";
import { problemBody } from "./http/http.fixture.ts";
import { countOpenStreams } from "./http/server-sent-events.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";
import { type Described, routesOf } from "./routes.fixture.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0)) await node.close();
});

async function start(open: OpenStore) {
  const opening = await openTestNode(await open.config());
  opened.push(opening);
  await opening.ask("POST", "/api/v1/flags", { key: "f" });
  return { ...opening, app: opening.node.app, routes: routesOf(opening.node.app) };
}

const BYTES = 1_048_576;
const JSON_TYPE = "application/json";

const PARTS_OF_PATHS = [
  "%00",
  "..%2f..%2fetc",
  "__proto__",
  "%F0%9F%98%80",
  "%ff",
  "%zz",
  "-1",
  "1e308",
  "9007199254740993",
  "x".repeat(500),
];
const QUERIES = [
  ...["limit=-1", "limit=NaN", "limit=1e308", "limit=1&limit=2", "after=%00", "after=-1", "after=9007199254740991"],
  ...["before=x", "search=%00", "stream=%00", "type=%00.", "flag=%00", "state=x", "active=maybe", "against=0"],
  ...["environment=nowhere", "__proto__[x]=1", "a=%ff", "%zz=1"],
];
const BODIES = [
  ...["", "{", "null", "0", '""', "[]", "{}", "\ufeff{}", "\u0000", '{"a":1e999}', '{"__proto__":{}}'],
  ...['{"reason":1}', '{"reason":"\\u0000"}', '{"reason":"\\ud800"}', '{"reason":"x","version":1e308}'],
  ...['{"key":null}', '{"observations":[null]}', '{"resourceSpans":[null]}', '{"context":{"targetingKey":1}}'],
  ...["[".repeat(50_000), '{"a":'.repeat(20_000), `{"reason":"${"x".repeat(2 * BYTES)}"}`],
];
const HEADERS: readonly Record<string, string>[] = [
  ...["text/plain", "multipart/form-data; boundary=x", "application/x-protobuf", ";;;"].map((type) => ({
    "content-type": type,
  })),
  ...["br", "gzip", "deflate"].map((coding) => ({ "content-encoding": coding })),
  ...["x", '"99999999999999999999"', "*, *"].map((version) => ({ "if-match": version })),
  ...["", "k".repeat(500)].map((key) => ({ "idempotency-key": key })),
  { "if-none-match": ",,,*" },
  { "last-event-id": "-1" },
  { "x-steadfast-environment": "__proto__" },
  { authorization: "Bearer" },
  { authorization: `Bearer ${"x".repeat(3_000)}` },
];

/** Every refusal names the fault: as a problem, or, for OFREP, in the protocol's own body. */
function expectRefusalOrAnswer(
  route: Described,
  said: string,
  answer: { statusCode: number; body: string; headers: object },
) {
  expect(answer.statusCode, said).toBeLessThan(500);
  if (answer.statusCode < 400) return;
  // A path that cannot be decoded, or is too long, belongs to no route, and so to no protocol.
  if (!route.path.startsWith("/ofrep/") || /%(ff|zz)|x{400}/.test(said)) {
    expect(problemBody.safeParse(JSON.parse(answer.body)), said).toMatchObject({ success: true });
    return;
  }
  if (answer.statusCode === 401 || answer.statusCode === 403) expect(answer.body, said).toBe("");
  else expect(ofrepFailure.safeParse(JSON.parse(answer.body)), said).toMatchObject({ success: true });
}

const ofrepFailure = z.object({ errorCode: z.string(), errorDetails: z.string().min(10) });

describeOnEachStore("nonsense is refused by every route, never with a failure", (open) => {
  it("in the path and in the query", async () => {
    const { app, routes } = await start(open);
    for (const route of routes) {
      for (const nonsense of PARTS_OF_PATHS) {
        for (const name of route.parameters) {
          const url = route.url({ key: "f", [name]: nonsense });
          const payload = route.method === "GET" ? {} : { payload: { reason: "x", version: 1 } };
          const answer = await app.inject({ method: route.method, url, headers: ADMIN, ...payload });
          expectRefusalOrAnswer(route, `${route.method} ${url}`, answer);
        }
      }
      for (const query of QUERIES) {
        if (route.isStream || route.isEnding) continue;
        const url = `${route.url({ key: "f" })}?${query}`;
        const payload = route.method === "GET" ? {} : { payload: { reason: "x" } };
        const answer = await app.inject({ method: route.method, url, headers: ADMIN, ...payload });
        expectRefusalOrAnswer(route, `${route.method} ${url}`, answer);
      }
    }
  });

  it("in the body and in the headers", async () => {
    const { app, routes } = await start(open);
    for (const route of routes.filter(({ isStream, isEnding }) => !isStream && !isEnding)) {
      const ask = (headers: Record<string, string>, payload: string) =>
        app.inject({
          method: route.method,
          url: route.url({ key: "f" }),
          headers: { ...ADMIN, "content-type": JSON_TYPE, ...headers },
          ...(route.method === "GET" ? {} : { payload }),
        });
      for (const payload of route.method === "GET" ? [] : BODIES) {
        const said = `${route.method} ${route.path} ${payload.slice(0, 40)}`;
        expectRefusalOrAnswer(route, said, await ask({}, payload));
      }
      for (const headers of HEADERS) {
        const said = `${route.method} ${route.path} ${JSON.stringify(headers).slice(0, 60)}`;
        expectRefusalOrAnswer(route, said, await ask(headers, '{"reason":"x","version":1}'));
      }
    }
  });
});

const ADMIN = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };

describeOnEachStore("what would fill the memory or never end", (open) => {
  it.each(["/v1/traces", "/api/v1/observations"])("a bomb of gzip is stopped while it unpacks: %s", async (url) => {
    const { app } = await start(open);
    const headers = { ...ADMIN, "content-type": JSON_TYPE, "content-encoding": "gzip" };

    const bomb = await app.inject({ method: "POST", url, headers, payload: gzipSync(Buffer.alloc(40 * BYTES)) });
    const half = await app.inject({ method: "POST", url, headers, payload: gzipSync("[]").subarray(0, 12) });

    expect([bomb.statusCode, half.statusCode]).toEqual([413, 400]);
    for (const answer of [bomb, half]) problemBody.parse(answer.json());
  });

  it("is refused by every route, packed or not, once or twice", async () => {
    const { app, routes } = await start(open);
    const zeros = Buffer.alloc(20 * BYTES);
    const bombs: [string, Buffer][] = [
      ["gzip", gzipSync(zeros)],
      ["deflate", deflateSync(zeros)],
      ["gzip", gzipSync(gzipSync(zeros))],
      ["gzip, gzip", gzipSync(gzipSync(zeros))],
      ["br", brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ];
    for (const route of routes.filter(({ method, isEnding }) => method !== "GET" && !isEnding)) {
      for (const [coding, payload] of bombs) {
        const headers = { ...ADMIN, "content-type": JSON_TYPE, "content-encoding": coding, "if-match": '"1"' };
        const answer = await app.inject({ method: route.method, url: route.url({ key: "f" }), headers, payload });
        const said = `${route.method} ${route.path} ${coding}`;
        expectRefusalOrAnswer(route, said, answer);
        expect([400, 404, 413, 415], said).toContain(answer.statusCode);
      }
    }
  });

  it("HEAD of a stream is its head, and ends", async () => {
    const { app, routes } = await start(open);
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const streams = routes.filter(({ isStream, parameters }) => isStream && !parameters.includes("id"));

    const answers = await Promise.all(
      streams.map((route) => fetch(`${address}${route.url({})}`, { method: "HEAD", headers: ADMIN })),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await expect.poll(() => countOpenStreams(app.server)).toBe(0);
  });

  it.each(["/assets/..%2f..%2fpackage.json", "/assets//etc/passwd"])(
    "a file outside the dashboard is not there: %s",
    async (url) => {
      const { app } = await start(open);

      const answer = await app.inject({ url });

      expect(problemBody.parse(answer.json())).toMatchObject({ status: 404, code: "not-found" });
    },
  );
});

describeOnEachStore("an environment that does not exist is told", (open) => {
  it.each([
    ["GET", "/api/v1/rollouts?environment=nowhere"],
    ["GET", "/api/v1/rollouts/stream?environment=nowhere"],
    ["GET", "/api/v1/environments/nowhere/flags/f"],
    ["PUT", "/api/v1/environments/nowhere/flags/f"],
    ["GET", "/api/v1/environments/nowhere/snapshot/stream"],
    ["GET", "/api/v1/environments/nowhere/telemetry"],
  ] as const)("by %s %s", async (method, url) => {
    const { ask } = await start(open);

    const answer = await ask(method, url, method === "PUT" ? { reason: "x" } : undefined);

    expect(answer).toMatchObject({ status: 404, body: { code: "environment-not-found" } });
  });
});

// A misspelt field that is passed over does something else than its sender believes: a rollout that acts, not a dry run.
describeOnEachStore("a field that is not known is told by its path", (open) => {
  const START = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };
  const IN_PRODUCTION = "/api/v1/environments/production/flags/f";
  const CASES = [
    ["POST", "/api/v1/flags", { key: "g", varaints: {} }, "/varaints"],
    ["PUT", IN_PRODUCTION, { reason: "x", targetting: {} }, "/targetting"],
    ["POST", `${IN_PRODUCTION}/off`, { reason: "x", "a/b~c": 1 }, "/a~1b~0c"],
    ["POST", "/api/v1/rollouts", { ...START, dryRun: true }, "/dryRun"],
    ["POST", "/api/v1/rollouts", { ...START, stages: [{ share: 0.1, minutes: 5 }] }, "/stages/0/minutes"],
    ["POST", "/api/v1/rollouts", { ...START, guard: { silence: { never: true } } }, "/guard/silence/never"],
    ["POST", "/api/v1/tokens", { name: "x", role: "viewer", env: "production" }, "/env"],
    ["POST", "/api/v1/environments", { key: "qa", from: "staging" }, "/from"],
  ] as const;

  it("and nothing is done", async () => {
    const { ask } = await start(open);
    const before = await ask("GET", "/api/v1/events?limit=1&order=desc");
    for (const [method, url, body, path] of CASES) {
      const answer = await ask(method, url, body, { "if-match": '"1"' });
      expect(answer, url).toMatchObject({ status: 400, body: { code: "invalid-request", faults: [{ path }] } });
    }
    const after = await ask("GET", "/api/v1/events?limit=1&order=desc");

    expect(after.body.items[0].seq).toBe(before.body.items[0].seq);
  });
});
