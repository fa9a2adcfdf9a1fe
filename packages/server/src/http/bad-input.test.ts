import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openApp, problemBody, recordingLogger } from "./http.fixture.ts";
import { REQUEST_TIMEOUT_MS } from "./limits.ts";
import { ProblemError } from "./problem.ts";

const JSON_TYPE = { "content-type": "application/json" };
const PUBLIC = { access: "public" } as const;

function openRoutes(more: Parameters<typeof openApp>[0] = {}) {
  const app = openApp(more);
  const body = z.object({
    "a/b": z.object({ count: z.number(), "x~y": z.string().optional() }),
    either: z.union([z.string(), z.object({ share: z.number() })]).optional(),
    any: z.json().optional(),
  });
  app.post("/things", { config: PUBLIC, schema: { body } }, async () => "ok");
  app.get(
    "/things/:id",
    {
      config: PUBLIC,
      schema: {
        params: z.object({ id: z.coerce.number() }),
        querystring: z.object({ limit: z.coerce.number().max(10).optional() }),
      },
    },
    async () => "ok",
  );
  app.get("/bug", { config: PUBLIC }, async () => {
    throw new Error("secret internals");
  });
  app.get("/wrong-answer", { config: PUBLIC, schema: { response: { 200: z.object({ a: z.number() }) } } }, async () =>
    JSON.parse('{"a":"x"}'),
  );
  app.get("/away", { config: PUBLIC }, async () => {
    throw new ProblemError("storage-unavailable", "The store is away; try again.", { retryAfterSeconds: 7 });
  });
  app.get("/*", { config: PUBLIC }, async (_request, reply) => reply.callNotFound());
  return app;
}

const post = (payload: string, headers: Record<string, string> = JSON_TYPE) => ({
  method: "POST" as const,
  url: "/things",
  payload,
  headers,
});

describe("bad input", () => {
  it.each([
    ["no JSON", post("{"), 400, "malformed-body"],
    ["no body", post(""), 400, "malformed-body"],
    ["no body and no type", { method: "POST" as const, url: "/things" }, 400, "invalid-request"],
    ["prototype pollution", post('{"a/b":{"count":1},"__proto__":{"isAdmin":true}}'), 400, "malformed-body"],
    ["constructor pollution", post('{"constructor":{"prototype":{"isAdmin":true}}}'), 400, "malformed-body"],
    ["a form", post("a=1", { "content-type": "application/x-www-form-urlencoded" }), 415, "media-type-unsupported"],
    ["plain text", post("{}", { "content-type": "text/plain" }), 415, "media-type-unsupported"],
    ["a type that is none", post("{}", { "content-type": ";;;" }), 415, "media-type-unsupported"],
    ["a huge body", post(`"${"x".repeat(2_000_000)}"`), 413, "body-too-large"],
    [
      "deep nesting",
      post(`{"a/b":{"count":1},"any":${"[".repeat(400_000)}${"]".repeat(400_000)}}`),
      400,
      "invalid-request",
    ],
    ["a NUL character", post('{"a/b":{"count":1},"any":["\\u0000"]}'), 400, "invalid-request"],
    ["a NUL character in a key", post('{"a/b":{"count":1},"any":{"\\u0000":1}}'), 400, "invalid-request"],
    ["a bad escape in the path", { url: "/things/%zz" }, 400, "invalid-request"],
    ["a bad parameter", { url: "/things/x" }, 400, "invalid-request"],
    ["a huge parameter", { url: `/things/${"1".repeat(1_000)}` }, 404, "not-found"],
    ["an unknown path", { url: "/nothing" }, 404, "not-found"],
    ["a write to an unknown path", { method: "POST" as const, url: "/nothing", payload: {} }, 404, "not-found"],
    ["another method", { method: "DELETE" as const, url: "/things" }, 405, "method-not-allowed"],
  ])("is refused with a problem: %s", async (_name, request, status, code) => {
    const answer = await openRoutes().inject(request);

    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(problemBody.parse(answer.json())).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
  });

  it("is told with every fault and its JSON pointer", async () => {
    const body = await openRoutes().inject(post('{"a/b":{"count":"1","x~y":2},"either":{"share":"1"}}'));
    const query = await openRoutes().inject({ url: "/things/1?limit=11" });

    const paths = (answer: { json: () => unknown }) => problemBody.parse(answer.json()).faults?.map(({ path }) => path);
    expect(paths(body)).toEqual(["/a~1b/count", "/a~1b/x~0y", "/either/share"]);
    expect(paths(query)).toEqual(["query/limit"]);
  });

  it("says which method is served", async () => {
    const answer = await openRoutes().inject({ method: "DELETE", url: "/things" });

    expect(answer.json().detail).toBe("DELETE is not served here; POST is.");
  });

  it.each([
    ["without the path", "/", "application/x-protobuf"],
    ["of metrics", "/v1/metrics", "application/json"],
  ])("tells an export %s where spans go", async (_name, url, type) => {
    const answer = await openRoutes().inject({
      method: "POST",
      url,
      headers: { "content-type": type },
      payload: type === "application/json" ? "{}" : Buffer.from([10, 0]),
    });

    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toContain("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  });

  it("is answered on the socket when it is no HTTP or its head is too large", async () => {
    const app = openRoutes();
    await app.listen({ host: "127.0.0.1", port: 0 });
    const address = app.server.address();
    const port = isAddress(address) ? address.port : 0;
    const say = async (request: string) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(request);
      return text(socket);
    };

    const answers = [
      await say("nonsense\r\n\r\n"),
      await say(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`),
    ];
    await app.close();

    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(["HTTP/1.1 400", "HTTP/1.1 431"]);
    for (const answer of answers) problemBody.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? ""));
  });
});

it("is cut off when it is sent too slowly: Node takes the longer of two times for the body", () => {
  const { server } = openApp();

  expect(server.requestTimeout).toBe(REQUEST_TIMEOUT_MS);
  expect(server.headersTimeout).toBeLessThanOrEqual(REQUEST_TIMEOUT_MS);
});

describe("a failure of our own", () => {
  it.each(["/bug", "/wrong-answer"])("%s is a logged 500 that tells nothing of the inside", async (url) => {
    const { lines, logger } = recordingLogger();

    const answer = await openRoutes({ logger }).inject({ url });

    expect(problemBody.parse(answer.json())).toMatchObject({ status: 500, code: "internal-error" });
    expect(answer.body).not.toContain("secret internals");
    expect(lines).toMatchObject([{ level: 50, code: "internal-error", err: { stack: expect.any(String) } }]);
  });

  it("says when to try again", async () => {
    const answer = await openRoutes().inject({ url: "/away" });

    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("7");
  });
});

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
