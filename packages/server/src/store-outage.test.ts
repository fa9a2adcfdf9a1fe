import pg from "pg";
import { afterEach, expect, it } from "vitest";
import type { DatabaseConfig } from "./db/database.ts";
import { describePostgres } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

type TestNode = Awaited<ReturnType<typeof openTestNode>>;

const HOUR_MS = 3_600_000;
const OFREP = "/ofrep/v1/evaluate/flags/f";
const CONTEXT = { context: { targetingKey: "u" } };
const ROLLOUT = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const node of opened.splice(0).reverse()) await node.close();
});

describePostgres("a node whose store goes away", (cluster, open) => {
  async function start(config: DatabaseConfig) {
    const clock = { aheadMs: 0 };
    const node = await openTestNode(config, { nowMs: () => Date.now() + clock.aheadMs });
    opened.push(node);
    await node.ask("POST", "/api/v1/flags", { key: "f" });
    const { token } = (
      await node.ask("POST", "/api/v1/tokens", { name: "shop", role: "client", environment: "production" })
    ).body;
    const evaluate = async () => (await node.ask("POST", OFREP, CONTEXT, { authorization: `Bearer ${token}` })).status;
    await expect.poll(evaluate).toBe(200);
    return { ...node, evaluate, clock, clientToken: String(token) };
  }

  it("goes on evaluating and streaming, refuses writes with 503 and Retry-After, and goes on by itself", async () => {
    const node = await start(await open.config());
    const { ask, evaluate, clock } = node;
    const address = await node.node.app.listen({ host: "127.0.0.1", port: 0 });
    const stream = await follow(address, node.clientToken);
    const { id } = (await ask("POST", "/api/v1/rollouts", ROLLOUT)).body;
    await expect.poll(async () => tickOf(node, id)).toBeGreaterThan(1);
    const before = (await ask("GET", `/api/v1/rollouts/${id}/record?limit=1000`)).body;
    const events = (await ask("GET", "/api/v1/events?limit=500")).body.items;

    await cluster().stop();
    // Longer than a token's look-up is believed with a store.
    clock.aheadMs = HOUR_MS;
    const write = await ask("POST", "/api/v1/flags", { key: "g" });
    const observed = await observe(node);

    expect(write).toMatchObject({ status: 503, body: { code: "storage-unavailable" } });
    expect(Number(write.headers["retry-after"])).toBeGreaterThan(0);
    expect(await ask("GET", "/readyz")).toMatchObject({ status: 503, body: { notReady: [{ name: "store" }] } });
    expect((await ask("GET", "/healthz")).status).toBe(200);
    expect(observed).toMatchObject({ status: 202, body: { accepted: 1 } });
    for (let count = 0; count < 20; count += 1) expect(await evaluate()).toBe(200);
    expect(stream.isOpen()).toBe(true);

    await cluster().start();
    await expect.poll(async () => (await ask("GET", "/readyz")).status).toBe(200);
    await expect.poll(async () => (await ask("POST", "/api/v1/flags", { key: "after" })).status).toBe(201);
    await expect.poll(() => stream.text()).toContain('"after"');
    await expect.poll(async () => tickOf(node, id)).toBeGreaterThan(before.ticks.length + 1);
    const after = (await ask("GET", `/api/v1/rollouts/${id}/record?limit=1000`)).body;
    expect(after.ticks.slice(0, before.ticks.length)).toEqual(before.ticks);
    expect(after.ticks.map(({ tick }: { tick: number }) => tick)).toEqual(
      after.ticks.map((_: unknown, index: number) => index + 1),
    );
    expect(JSON.stringify(after.ticks)).toContain('"requests":7');
    expect((await ask("GET", "/api/v1/events?limit=500")).body.items.slice(0, events.length)).toEqual(events);
    stream.close();
  });

  it("answers 503, not never, to a write that waits for a lock, and evaluates meanwhile", async () => {
    const config = await open.config();
    const { ask, evaluate, clock } = await start(config);
    const other = await connectTo(config);
    await other.query(
      "begin; lock table journal_head in access exclusive mode; lock table token in access exclusive mode",
    );

    const writing = ask("POST", "/api/v1/flags", { key: "g" });
    clock.aheadMs = HOUR_MS;
    expect(await evaluate()).toBe(200);
    const write = await writing;
    await other.query("rollback");

    expect(write).toMatchObject({ status: 503, body: { code: "storage-unavailable" } });
    expect(Number(write.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask("POST", "/api/v1/flags", { key: "g" })).status).toBe(201);
  });

  it("answers 503 when PostgreSQL has no connection left, and goes on when it has", async () => {
    const config = await open.config();
    const { ask, evaluate, clock } = await start(config);
    const others: pg.Client[] = [];
    const admin = await connectTo(config);
    // Its own connections are cut, and it gets no new one.
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'steadfast'");
    await fillUp(config, others);

    clock.aheadMs = HOUR_MS;
    const write = await ask("POST", "/api/v1/flags", { key: "g" });
    expect(await evaluate()).toBe(200);
    for (const client of others) await client.end();

    expect(write).toMatchObject({ status: 503, body: { code: "storage-unavailable" } });
    await expect.poll(async () => (await ask("POST", "/api/v1/flags", { key: "h" })).status).toBe(201);
  });

  it("keeps a token that was revoked out, also while the store is away", async () => {
    const { ask, evaluate, clock } = await start(await open.config());
    const { items } = (await ask("GET", "/api/v1/tokens")).body;
    const shop = items.find(({ name }: { name: string }) => name === "shop");
    await ask("DELETE", `/api/v1/tokens/${shop.id}`);

    await cluster().stop();
    clock.aheadMs = HOUR_MS;
    const status = await evaluate();
    await cluster().start();

    expect(status).toBe(503);
    await expect.poll(evaluate).toBe(401);
  });
});

async function tickOf({ ask }: Pick<TestNode, "ask">, id: string): Promise<number> {
  return (await ask("GET", `/api/v1/rollouts/${id}`)).body.decision?.tick ?? 0;
}

/** Seven requests of the baseline, now by the node's clock or an hour before. */
async function observe({ ask }: Pick<TestNode, "ask">) {
  const counts = { second: Math.floor(Date.now() / 1_000) + 3_600, requests: 7, failures: 0 };
  const observation = { environment: "production", flag: "f", variant: "off", ...counts };
  return ask("POST", "/api/v1/observations", { observations: [observation] });
}

async function follow(address: string, token: string) {
  const stopping = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const url = `${address}/api/v1/environments/production/snapshot/stream`;
  const response = await fetch(url, { headers, signal: stopping.signal });
  let text = "";
  let isOpen = true;
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })();
  void reading
    .catch(() => {})
    .finally(() => {
      isOpen = false;
    });
  return { text: () => text, isOpen: () => isOpen, close: () => stopping.abort() };
}

async function connectTo(config: DatabaseConfig): Promise<pg.Client> {
  if (config.kind !== "postgres") throw new Error("only PostgreSQL has connections");
  const client = new pg.Client({ connectionString: config.url });
  client.on("error", () => {});
  await client.connect();
  opened.push({ close: () => client.end().catch(() => {}) });
  return client;
}

async function fillUp(config: DatabaseConfig, clients: pg.Client[]): Promise<void> {
  for (;;) {
    const client = await connectTo(config).catch(() => undefined);
    if (!client) return;
    clients.push(client);
  }
}
