import { gzipSync } from "node:zlib";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { authenticate } from "../../http/authenticate.ts";
import { createApp } from "../../http/create-app.ts";
import { recordingSink } from "./recording-sink.fixture.ts";
import { otlpRoutes, TRACES_BODY_MAX_BYTES } from "./routes.ts";
import type { SpanTally } from "./span-sink.ts";
import { encodeRequest, responseType } from "./trace-proto.fixture.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = (flag: string) => ({
  kind: 2,
  startTimeUnixNano: "1544712660000000000",
  endTimeUnixNano: "1544712660100000000",
  attributes: [text("feature_flag.key", flag), text("feature_flag.result.variant", "on")],
});
const request = { resourceSpans: [{ scopeSpans: [{ spans: [span("checkout"), span("unknown")] }] }] };
const PROTOBUF = { authorization: "Bearer x", "content-type": "application/x-protobuf" };
const JSON_HEADERS = { authorization: "Bearer x", "content-type": "application/json" };

async function startApp(refusal = "") {
  const recording = recordingSink((flag) => refusal === "" || flag !== "unknown");
  const tallies: SpanTally[] = [];
  const app = createApp({ logger: pino({ level: "silent" }) });
  authenticate(app, {
    findPrincipal: async () => ({
      tokenId: "tok_1",
      tokenName: "t",
      role: "telemetry",
      environment: "production",
      via: "token",
    }),
  });
  await otlpRoutes(app, {
    openSpanBatch: () => ({ ...recording.sink, surplus: () => {}, message: () => refusal }),
    onDecoded: (tally) => tallies.push(tally),
  });
  const post = (headers: Record<string, string>, payload: Buffer | string) =>
    app.inject({ method: "POST", url: "/v1/traces", headers, payload });
  return { post, tallies, evaluations: recording.evaluations };
}

describe("POST /v1/traces", () => {
  it.each([
    ["protobuf", PROTOBUF, encodeRequest(request)],
    ["protobuf in gzip", { ...PROTOBUF, "content-encoding": "gzip" }, gzipSync(encodeRequest(request))],
    ["JSON", JSON_HEADERS, JSON.stringify(request)],
    ["JSON in gzip", { ...JSON_HEADERS, "content-encoding": "gzip" }, gzipSync(JSON.stringify(request))],
    [
      "JSON with a charset",
      { ...JSON_HEADERS, "content-type": "application/json; charset=utf-8" },
      JSON.stringify(request),
    ],
  ])("counts %s and answers full success in the same encoding", async (_, headers, payload) => {
    const { post, evaluations, tallies } = await startApp();

    const response = await post(headers, payload);

    expect(response.statusCode).toBe(200);
    expect(evaluations.map(({ flag, latencyMs }) => [flag, latencyMs])).toEqual([
      ["checkout", 100],
      ["unknown", 100],
    ]);
    expect(tallies).toMatchObject([{ spans: 2, rejectedSpans: 0 }]);
    const isJson = headers["content-type"].includes("json");
    expect(response.headers["content-type"]).toContain(isJson ? "application/json" : "application/x-protobuf");
    expect(response.body).toBe(isJson ? "{}" : "");
  });

  it("tells the sender, as protobuf, which spans it can mend", async () => {
    const { post } = await startApp("flag-unknown: 1 evaluation");

    const response = await post(PROTOBUF, encodeRequest(request));

    const decoded = responseType.toObject(responseType.decode(response.rawPayload), { longs: Number });
    expect(decoded).toEqual({ partialSuccess: { rejectedSpans: 1, errorMessage: "flag-unknown: 1 evaluation" } });
  });

  it("tells the same as JSON, with the 64-bit integer as a string", async () => {
    const { post } = await startApp("flag-unknown: 1 evaluation");

    const response = await post(JSON_HEADERS, JSON.stringify(request));

    expect(response.json()).toEqual({
      partialSuccess: { rejectedSpans: "1", errorMessage: "flag-unknown: 1 evaluation" },
    });
  });

  const bomb = gzipSync(Buffer.alloc(TRACES_BODY_MAX_BYTES + 1));
  it.each([
    ["no token", { "content-type": "application/x-protobuf" }, Buffer.alloc(0), 401, "token-missing"],
    ["another content type", { ...PROTOBUF, "content-type": "text/plain" }, "x", 415, "media-type-unsupported"],
    ["no content type and no body", { authorization: "Bearer x" }, "", 415, "media-type-unsupported"],
    ["an unknown coding", { ...PROTOBUF, "content-encoding": "br" }, "x", 415, "media-type-unsupported"],
    ["bytes that are no protobuf", PROTOBUF, Buffer.alloc(20, 0xff), 400, "malformed-body"],
    ["JSON as protobuf", PROTOBUF, JSON.stringify(request), 400, "malformed-body"],
    ["text that is no JSON", JSON_HEADERS, "{", 400, "malformed-body"],
    ["JSON of another shape", JSON_HEADERS, '{"resourceSpans":[7]}', 400, "malformed-body"],
    ["a gzip that is none", { ...PROTOBUF, "content-encoding": "gzip" }, "x", 400, "malformed-body"],
    ["a gzip bomb", { ...PROTOBUF, "content-encoding": "gzip" }, bomb, 413, "body-too-large"],
    ["too large a body", PROTOBUF, Buffer.alloc(TRACES_BODY_MAX_BYTES + 1), 413, "body-too-large"],
  ])("refuses %s with a problem", async (_, headers, payload, status, code) => {
    const { post } = await startApp();

    const response = await post(headers, payload);

    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ code });
  });

  it("says where the fault is", async () => {
    const { post } = await startApp();

    expect((await post(PROTOBUF, Buffer.from([0x0a, 0x05]))).json().detail).toContain("at byte 1");
    expect((await post(JSON_HEADERS, '{"resourceSpans":[7]}')).json().detail).toContain("/resourceSpans/0");
  });
});
