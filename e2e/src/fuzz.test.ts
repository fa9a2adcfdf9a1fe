import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type FuzzedRequest, fuzzOperations } from "./fuzz-schema.ts";
import { createFlag } from "./guarded-rollout.ts";
import { ADMIN_TOKEN, type ServerProcess, startServer } from "./server-process.ts";

/**
 * More and other requests: STEADFAST_FUZZ_RUNS=5000 STEADFAST_FUZZ_SEED=$RANDOM npx vitest run --project e2e e2e/src/fuzz.test.ts
 */
const RUNS = Number(process.env.STEADFAST_FUZZ_RUNS ?? 25);
const SEED = Number(process.env.STEADFAST_FUZZ_SEED ?? 20_261_121);
/** As long as the server takes to give a slow sender up; whoever waits longer hangs. */
const ANSWER_TIMEOUT_MS = 35_000;
/** Nothing that is waited for: the time of a whole operation grows with RUNS. */
const TEST_TIMEOUT_MS = 60_000 + RUNS * 2_000;

const problem = z.strictObject({
  type: z.string().startsWith("urn:steadfast:problem:"),
  title: z.string(),
  status: z.number(),
  code: z.string(),
  detail: z.string().min(15),
  faults: z.array(z.strictObject({ path: z.string(), message: z.string().min(3) })).optional(),
});
const ofrepFailure = z.object({ errorCode: z.string(), errorDetails: z.string().min(10) });

const server: ServerProcess = await startServer();
await createFlag(server.api, "f");
await createFlag(server.api, "constructor");
const rollout = await server.api.post<{ id: string }>("/api/v1/rollouts", {
  kind: "flag",
  environment: "production",
  flag: "f",
  candidate: "on",
  reason: "fuzzed",
});
const operations = fuzzOperations(await server.api.get("/openapi.json"), {
  environment: ["production", "production", "staging", "nowhere"],
  copyFlagsFrom: ["production", "nowhere"],
  flag: ["f", "f", "constructor", "nothing"],
  key: ["f", "f", "constructor", "nothing", "new-one"],
  candidate: ["on", "off", "nothing"],
  variant: ["on", "off", "nothing"],
  id: [rollout.id, rollout.id, "rol_x"],
  version: [1, 2, 0, 99],
  role: ["viewer", "client"],
  token: ["x", ADMIN_TOKEN],
  second: [Math.floor(Date.now() / 1_000)],
  context: [{ targetingKey: "u" }, { targetingKey: "u", constructor: "x" }, {}],
});

afterAll(async () => {
  await server.stop();
});

/** What ends the session or the tokens that the test goes on with, or answers for as long as somebody listens. */
const LEFT_OUT = /^(DELETE|\S+ \S+\/stream$)/;

async function send(request: FuzzedRequest): Promise<{ status: number; type: string; text: string; headers: Headers }> {
  const response = await fetch(`${server.url}${request.path}`, {
    method: request.method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const { status, headers } = response;
  return { status, headers, type: headers.get("content-type") ?? "", text: await response.text() };
}

/** A refusal names its fault; nothing else is one. */
function expectNamed(request: FuzzedRequest, answer: Awaited<ReturnType<typeof send>>): void {
  const said = `${JSON.stringify(request).slice(0, 1_500)} → ${answer.status} ${answer.text.slice(0, 500)}`;
  expect(answer.status, said).toBeLessThan(500);
  if (answer.status < 400) return;
  const body: unknown = answer.text === "" ? undefined : JSON.parse(answer.text);
  if (request.path.startsWith("/ofrep/") && !answer.type.startsWith("application/problem+json")) {
    if (answer.status === 401 || answer.status === 403) expect(answer.text, said).toBe("");
    else expect(ofrepFailure.safeParse(body).success, said).toBe(true);
    return;
  }
  expect(answer.type, said).toMatch(/^application\/problem\+json/);
  expect(problem.safeParse(body).success, said).toBe(true);
}

const property = { seed: SEED, numRuns: RUNS, endOnFailure: true };

describe(`any request for any operation (seed ${SEED}, ${RUNS} runs)`, () => {
  it.each(operations.filter(({ name }) => !LEFT_OUT.test(name)))(
    "is answered, and a refusal names the fault: $name",
    { timeout: TEST_TIMEOUT_MS },
    async ({ request }) => {
      await fc.assert(
        fc.asyncProperty(request, async (made) => {
          expectNamed(made, await send(made));
        }),
        property,
      );
    },
  );

  it("left the server alive, without a failure in its log", async () => {
    expect(await server.api.get("/healthz")).toEqual({ status: "ok" });
    expect(server.log()).not.toMatch(/internal-error|unhandled|"level":(50|60)/i);
  });
});

describe("any write, sent twice with one Idempotency-Key", () => {
  // What answers with a secret keeps no answer.
  const writes = operations.filter(({ name }) => /^(POST|PUT) \/api\/v1\/(?!session|tokens|sources)/.test(name));

  it.each(writes)("is done once: $name", { timeout: TEST_TIMEOUT_MS }, async ({ name, request }) => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(request, async (made) => {
        sent += 1;
        const key = `${name} ${SEED} ${sent}`;
        const twice = { ...made, headers: { ...made.headers, "idempotency-key": key.slice(0, 200) } };

        const first = await send(twice);
        const second = await send(twice);

        expectNamed(twice, first);
        expectNamed(twice, second);
        if (first.status >= 400) return;
        expect(second.status).toBe(first.status);
        expect(second.text).toBe(first.text);
        expect(second.headers.get("idempotency-replayed")).toBe("true");
      }),
      { ...property, numRuns: Math.ceil(RUNS / 3) },
    );
  });
});
