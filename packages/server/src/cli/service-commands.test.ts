import { afterEach, expect, it } from "vitest";
import { runCli, startAnswering } from "./cli.fixture.ts";

const stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of stop.splice(0)) await close();
});

async function answering(...args: Parameters<typeof startAnswering>) {
  const server = await startAnswering(...args);
  stop.push(server.close);
  return server;
}

const SHOP = {
  ...{ key: "shop", name: "The shop", owner: "payments", repositories: ["acme/shop"], environments: ["production"] },
  ...{ target: { measure: "recovery", value: 4 }, isRegistered: true },
};
const none = { n: 0, median: null, p90: null, mean: null };
const lead = { n: 30, median: 7_200_000, p90: 9_000_000, mean: 7_300_000, negative: 0, medianInterval: null };
const HOUR_MS = 3_600_000;
const REPORT = {
  ...{ service: "shop", environment: "production", target: null, window: { fromMs: 0, toMs: 90 * 24 * HOUR_MS } },
  frequency: {
    count: 40,
    rollbacks: 0,
    redeployments: 0,
    failedAttempts: 0,
    knownMs: 90 * 86_400_000,
    perWeek: 3,
    gapMs: none,
  },
  leadTime: { author: lead, committer: lead, change: null },
  changeFailRate: { failed: 2, deployments: 40, rate: 0.05, rateOfAll: 0.05, interval: null, links: [], unlinked: [] },
  recovery: { ...none, open: 1, medianWithOpen: null },
  rework: { count: 2, deployments: 40, rate: 0.05, interval: null },
  whatIf: [
    {
      ...{ stage: "pickup", capMs: HOUR_MS, touched: 20, n: 30, absorbed: 0 },
      median: { before: 4 * HOUR_MS, after: 2 * HOUR_MS, afterInterval: { low: HOUR_MS, high: 3 * HOUR_MS } },
      p90: { before: 4 * HOUR_MS, after: 2 * HOUR_MS, afterInterval: { low: HOUR_MS, high: 3 * HOUR_MS } },
    },
  ],
  silentSources: [{ name: "github", lastHeardAtMs: 0 }],
};

it("lists services with whose they are", async () => {
  const server = await answering(() => ({ status: 200, body: { items: [SHOP], next: null } }));

  const run = await runCli(["service", "list"], server.env);

  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toMatch(/shop +payments +acme\/shop +production/);
});

it("sets what is given and leaves the rest of a service as it was", async () => {
  const server = await answering(() => ({ status: 200, body: SHOP }));

  await runCli(["service", "set", "shop", "--repository", "acme/a", "--repository", "acme/b"], server.env);

  expect(server.received.at(-1)).toMatchObject({ method: "PUT", path: "/api/v1/services/shop" });
  expect(server.received.at(-1)?.body).toEqual({
    ...{ name: "The shop", owner: "payments", target: SHOP.target, repositories: ["acme/a", "acme/b"] },
  });
});

it("prints the five levers, the bottleneck and who is silent", async () => {
  const server = await answering(() => ({ status: 200, body: REPORT }));

  const run = await runCli(["service", "report", "shop"], server.env);

  expect(server.received[0]?.path).toBe("/api/v1/services/shop/delivery?environment=production");
  expect(run.stdout).toContain("3 a week");
  expect(run.stdout).toMatch(/Change fail rate +5\s% +2 of 40/);
  expect(run.stdout).toMatch(/Recovery time +none +0 recovered, 1 still open/);
  expect(run.stdout).toContain("median lead time would fall");
  expect(run.stdout).toContain("Silent for a week: github");
});

it("connects a source with its whole address and its secret, and disconnects it", async () => {
  const source = { id: "src_1", kind: "github", name: "acme", webhookPath: "/webhooks/github/src_1", secret: "s3cret" };
  const server = await answering(({ method }) =>
    method === "DELETE" ? { status: 204 } : { status: 201, body: source },
  );

  const connected = await runCli(["source", "connect", "--kind", "github", "--name", "acme"], server.env);
  const gone = await runCli(["source", "disconnect", "src_1"], server.env);

  expect(connected.stdout).toMatch(/http:\/\/.*\/webhooks\/github\/src_1/);
  expect(connected.stdout).toContain("s3cret");
  expect(gone).toMatchObject({ exitCode: 0, stdout: "src_1 is disconnected.\n" });
});
