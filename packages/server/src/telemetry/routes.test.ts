import { gzipSync } from "node:zlib";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { authenticate } from "../http/authenticate.ts";
import { createApp } from "../http/create-app.ts";
import type { Observation } from "./observation.ts";
import { OBSERVATIONS_BODY_MAX_BYTES, telemetryRoutes } from "./routes.ts";

const observation = {
  environment: "production",
  flag: "checkout",
  variant: "on",
  second: 1_795_213_225,
  requests: 120,
  failures: 3,
};
const HEADERS = { authorization: "Bearer x", "content-type": "application/json" };

async function startApp() {
  const counted: Observation[] = [];
  const app = createApp({ logger: pino({ level: "silent" }) });
  authenticate(app, {
    findPrincipal: async () => ({
      tokenId: "tok_1",
      tokenName: "t",
      role: "operator",
      environment: "production",
      via: "token",
    }),
  });
  await telemetryRoutes(app, {
    telemetry: {
      countObservation: (each) => {
        if (each.flag === "nothing") return { reason: "flag-unknown", example: "there is no flag nothing" };
        counted.push(each);
        return undefined;
      },
      summary: async () => ({ items: [], services: [], dropped: [] }),
    },
    requireKnownEnvironment: () => {},
  });
  const post = (payload: string | Buffer, headers: Record<string, string> = HEADERS) =>
    app.inject({ method: "POST", url: "/api/v1/observations", headers, payload });
  return { app, counted, post };
}

const bodyOf = (...observations: unknown[]) => JSON.stringify({ observations });

describe("POST /api/v1/observations", () => {
  it("counts, and tells what it did not count", async () => {
    const { post, counted } = await startApp();
    const unknown = { ...observation, flag: "nothing" };

    const response = await post(bodyOf(observation, unknown, unknown));

    expect(response.statusCode).toBe(202);
    expect(response.json()).toEqual({
      accepted: 1,
      dropped: [{ reason: "flag-unknown", count: 2, example: "there is no flag nothing" }],
      rejected: [],
    });
    expect(counted).toHaveLength(1);
  });

  it("counts the good ones of a request, and tells the malformed ones by their place", async () => {
    const { post, counted } = await startApp();
    const negative = { ...observation, requests: -1 };
    const group = { ...observation, unitGroups: [{ group: 20, requests: 1, failures: 0 }] };

    const response = await post(bodyOf(negative, observation, 7, group, { ...observation, requests: 5 }));

    expect(response.statusCode).toBe(202);
    expect(response.json()).toMatchObject({ accepted: 2, dropped: [] });
    expect(response.json().rejected).toEqual([
      { index: 0, message: expect.stringMatching(/^\/requests /) },
      { index: 2, message: expect.stringMatching(/^\/ /) },
      { index: 3, message: expect.stringMatching(/^\/unitGroups\/0\/group /) },
    ]);
    expect(counted.map(({ requests }) => requests)).toEqual([120, 5]);
  });

  it("leaves out one observation however much is wrong with it", async () => {
    const { post, counted } = await startApp();
    const bucketCounts = Array.from({ length: 60 }, () => 0.5);
    const fractions = { ...observation, latencyMs: { scale: 5, zeroCount: 0, offset: 0, bucketCounts } };

    const response = await post(bodyOf(fractions, observation));

    expect(response.json()).toMatchObject({ accepted: 1, rejected: [{ index: 0 }] });
    expect(counted).toHaveLength(1);
  });

  it("tells no request of another's malformed ones", async () => {
    const { post } = await startApp();

    await post(bodyOf(observation, { ...observation, requests: -1 }));
    const next = await post(bodyOf(observation));

    expect(next.json().rejected).toEqual([]);
  });

  it("accepts gzip", async () => {
    const { post, counted } = await startApp();

    const response = await post(gzipSync(bodyOf(observation)), { ...HEADERS, "content-encoding": "gzip" });

    expect(response.statusCode).toBe(202);
    expect(counted).toMatchObject([{ requests: 120 }]);
  });

  it("refuses another environment than the token's whole, before anything is counted", async () => {
    const { post, counted } = await startApp();

    const response = await post(bodyOf(observation, { ...observation, environment: "staging" }));

    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: "environment-forbidden" });
    expect(response.json().detail).toContain("staging");
    expect(counted).toEqual([]);
  });

  it.each([
    ["no JSON", "{", 400, "malformed-body"],
    ["no observations", "{}", 400, "invalid-request"],
    ["a negative count", bodyOf({ ...observation, requests: -1 }), 400, "invalid-request"],
    [
      "a group that does not exist",
      bodyOf({ ...observation, unitGroups: [{ group: 20, requests: 1, failures: 0 }] }),
      400,
      "invalid-request",
    ],
    ["nothing", "", 400, "malformed-body"],
    ["too much", " ".repeat(OBSERVATIONS_BODY_MAX_BYTES + 1), 413, "body-too-large"],
  ])("refuses %s with a problem", async (_, payload, status, code) => {
    const { post } = await startApp();

    const response = await post(payload);

    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
  });

  it("refuses a bomb", async () => {
    const { post } = await startApp();
    const bomb = gzipSync(Buffer.alloc(OBSERVATIONS_BODY_MAX_BYTES + 1, 0x20));

    const response = await post(bomb, { ...HEADERS, "content-encoding": "gzip" });

    expect(response.json()).toMatchObject({ status: 413, code: "body-too-large" });
  });
});

describe("GET …/telemetry", () => {
  it("answers the summary of the token's environment only", async () => {
    const { app } = await startApp();
    const get = (environment: string) =>
      app.inject({ url: `/api/v1/environments/${environment}/telemetry`, headers: HEADERS });

    expect((await get("production")).json()).toEqual({ items: [], services: [], dropped: [] });
    expect((await get("staging")).statusCode).toBe(403);
  });
});

describe("a body of very many faults", () => {
  it.each([
    ["too many observations", `{"observations":[${"0,".repeat(2_000_000)}0]}`, "/observations"],
    [
      "too many buckets",
      bodyOf({ ...observation, latencyMs: { scale: 5, offset: 0, bucketCounts: Array(2_000_000).fill(-1) } }),
      "/observations/0/latencyMs/bucketCounts",
    ],
    [
      "too many unit groups",
      bodyOf({ ...observation, unitGroups: Array(1_000_000).fill({}) }),
      "/observations/0/unitGroups",
    ],
  ])("is refused without a look at each: %s", async (_name, body, path) => {
    const { post } = await startApp();

    const response = await post(body);

    expect(response.statusCode).toBe(400);
    expect(response.json().faults).toMatchObject([{ path }]);
  });

  it("is read until there are faults enough to mend it by", async () => {
    const { post, counted } = await startApp();
    const broken = { ...observation, latencyMs: { scale: 5, offset: 0, bucketCounts: [-1, -1] } };

    const response = await post(bodyOf(observation, ...Array(3_000).fill(broken), { ...observation, requests: "x" }));

    expect(response.json().detail).toContain("/observations/1/latencyMs/bucketCounts/0");
    expect(response.json().detail).toContain("(and 49 more)");
    expect(counted).toEqual([]);
  });
});
