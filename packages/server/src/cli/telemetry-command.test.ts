import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROLLOUT, runCli, startAnswering } from "./cli.fixture.ts";
import type { TelemetrySummary } from "./types.ts";

const NOTHING: TelemetrySummary = { items: [], services: [], dropped: [] };
const ARM = {
  flag: ROLLOUT.flag,
  variant: "off",
  source: "spans",
  requestsPerSecond: 41.26,
  failureRate: 0.012,
  latencyMs: { p50: 7.7, p95: 32, p99: 1_400 },
  lastSecondsAgo: 0,
} as const;
const MISMATCH = { reason: "service-mismatch", count: 1_204, example: "pay sends spans for it, whose service is shop" };

let answer: { status: number; body: unknown };
let server: Awaited<ReturnType<typeof startAnswering>>;

beforeEach(async () => {
  server = await startAnswering(({ method }) => (method === "POST" ? { status: 201, body: ROLLOUT } : answer));
});
afterEach(() => server.close());

async function shown(summary: TelemetrySummary, ...args: string[]): Promise<string> {
  answer = { status: 200, body: summary };
  return (await runCli(args.length === 0 ? ["telemetry"] : args, server.env)).stdout;
}

describe("steadfast telemetry", () => {
  it("shows what is counted, who sends, and what is not counted and why", async () => {
    const text = await shown({
      items: [ARM],
      services: [{ service: "shop", lastSecondsAgo: 0, lastFlagSecondsAgo: 90 }],
      dropped: [MISMATCH],
    });

    expect(text).toMatch(/new-checkout +off +spans +41\.3 +1\.2.% +7\.7.ms \/ 32.ms \/ 1\.4.s +just now/);
    expect(text).toMatch(/shop +just now +1.min 30.s ago/);
    expect(text).toMatch(/1,204 +service-mismatch +pay sends spans/);
  });

  it("tells where spans go when no service sends any", async () => {
    expect(await shown(NOTHING)).toMatch(/No service sends spans.*\/v1\/traces.*http\/protobuf/s);
  });

  it("tells that the spans name no flag when that is what is missing", async () => {
    const text = await shown({ ...NOTHING, services: [{ service: "", lastSecondsAgo: 3, lastFlagSecondsAgo: null }] });

    expect(text).toContain("no SERVER span names a flag");
    expect(text).toMatch(/\(no service\.name\) +3.s ago +none/);
  });

  it("points at the reasons when all that arrives is refused", async () => {
    const services = [{ service: "pay", lastSecondsAgo: 0, lastFlagSecondsAgo: 0 }];

    expect(await shown({ items: [], services, dropped: [MISMATCH] })).toContain("See below why.");
  });
});

describe("steadfast rollout start", () => {
  const START = ["rollout", "start", "new-checkout", "-c", "on", "-r", "faster"];

  it("says at once when nothing arrives for the flag", async () => {
    const other = { ...ARM, flag: "another" };

    for (const items of [[], [other], [{ ...ARM, lastSecondsAgo: 300 }]])
      expect(await shown({ ...NOTHING, items }, ...START)).toMatch(/No spans of new-checkout.*steadfast telemetry/s);
  });

  it("says nothing of it when requests arrive, or when the token may not know", async () => {
    expect(await shown({ ...NOTHING, items: [ARM] }, ...START)).not.toContain("lately");

    answer = { status: 403, body: { code: "role-insufficient" } };
    const run = await runCli(START, server.env);

    expect(run.exitCode).toBe(0);
    expect(run.stdout).not.toContain("lately");
  });
});
