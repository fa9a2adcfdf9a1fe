import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FlagState, type Rollout, readSnapshot } from "./api.ts";
import { replay } from "./cli-process.ts";
import { eventually } from "./eventually.ts";
import { createFlag, errorGuard, startRollout, untilState } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { type ShopProcess, startShop } from "./shop-process.ts";

/** Of these 60 % check out and 30 % search. */
const REQUESTS_PER_SECOND = 400;

/** Coarse promises, so that 240 checkouts a second pass in some 30 s. */
const STAGES = [
  { share: 0.01, catches: { failureRate: 0.6 }, minSeconds: 2 },
  { share: 0.1, catches: { failureRate: 0.3 }, minSeconds: 2 },
  { share: 0.5, catches: { failureRate: 0.2 }, minSeconds: 2 },
  { share: 1, minSeconds: 0 },
];

let server: ServerProcess;
let shop: ShopProcess;

beforeAll(async () => {
  server = await startServer();
  await createFlag(server.api, "new-checkout", "shop");
  await createFlag(server.api, "fast-search", "shop");
  shop = await startShop(server.api, { requestsPerSecond: REQUESTS_PER_SECOND });
});

afterAll(async () => {
  await shop.stop();
  await server.stop();
});

const statusOf = (path: string, init: RequestInit = {}) =>
  fetch(`${shop.url}${path}`, init).then(({ status }) => status);

const roll = (flag: string, more: Parameters<typeof startRollout>[2]) =>
  startRollout(server.api, flag, { stages: STAGES, alongside: "the pages do not touch", ...more });

/** Seconds from the first failure that reached a user to the end of the rollout. The load tells each second. */
async function secondsToRollBack(rollout: Rollout): Promise<number> {
  const startedAtMs = Date.parse(rollout.startedAt ?? "");
  const firstAtMs = await eventually("the load to tell of a failure", () => {
    const failures = shop.seconds().flatMap((second) => second.failures);
    return failures.find(({ atMs }) => atMs >= startedAtMs)?.atMs;
  });
  return (Date.parse(rollout.endedAt ?? "") - firstAtMs) / 1_000;
}

async function expectTakenBack(id: string, source: string): Promise<void> {
  const rolledBack = await untilState(server.api, id, "rolled-back");
  expect(rolledBack.decision).toMatchObject({ verdict: "roll-back", cause: "errors" });
  expect((await readSnapshot(server.api)).flags["fast-search"]?.targeting).toBeUndefined();
  expect(await replay(server.url, server.adminToken, id)).toMatchObject({ identical: true });
  const seconds = await secondsToRollBack(rolledBack);
  expect(seconds).toBeLessThan(60);
  console.info(
    `by ${source}: rolled back ${seconds.toFixed(1)} s after the first failure, at a share of ${rolledBack.decision?.share}: ` +
      `${rolledBack.endReason}`,
  );
}

/** Half of the users at once: whatever telemetry of an earlier attempt comes late is plenty. */
const HALF = [{ share: 0.5, catches: { failureRate: 0.4 }, minSeconds: 3 }];

describe.concurrent("a real shop with the official OpenTelemetry and OpenFeature SDKs", () => {
  it("gets a good new checkout in every stage, by the spans that it sends anyway", async () => {
    const { id } = await roll("new-checkout", { guard: errorGuard("spans") });

    const completed = await untilState(server.api, id, "completed", 150_000);

    const [errors] = completed.signals;
    expect(errors).toMatchObject({ source: "spans", candidate: { failures: 0 } });
    expect(errors?.candidate.requests).toBeGreaterThan(100);
    const flag = await server.api.get<FlagState>("/api/v1/environments/production/flags/new-checkout");
    expect(flag.definition.defaultVariant).toBe("on");
    expect(await replay(server.url, server.adminToken, id)).toMatchObject({ identical: true });
  });

  it("loses a search that fails within seconds, by spans and by counts, and keeps it once it is mended", async () => {
    await shop.setFault({ flag: "fast-search", failureRate: 0.8 });

    const bySpans = await roll("fast-search", { guard: errorGuard("spans") });
    await expectTakenBack(bySpans.id, "spans");

    const again = { guard: errorGuard("observations"), despiteRollback: "to see the other source", stages: HALF };
    const byObservations = await roll("fast-search", again);
    await expectTakenBack(byObservations.id, "observations");

    await shop.setFault({ flag: "fast-search", failureRate: 0 });
    const mended = await roll("fast-search", { ...again, guard: errorGuard("spans"), despiteRollback: "mended" });
    const completed = await untilState(server.api, mended.id, "completed", 150_000);
    expect(completed.signals[0]?.candidate).toMatchObject({ failures: 0 });
    expect(await statusOf("/search?q=lamp", { headers: { "x-user-id": "user-000001" } })).toBe(200);
  });
});
