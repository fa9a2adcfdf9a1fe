import { afterEach, expect, it } from "vitest";
import { describeOnEachStore, describePostgres } from "./db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";

const HOUR_MS = 3_600_000;
const REQUESTS = 200;
/** Ticks that are judged after each jump, before anything is said about it. */
const TICKS_AFTER = 4;

const after: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of after.splice(0).reverse()) await clean();
});

/** No stage of it ends while a test looks on. */
const ROLLOUT = {
  kind: "flag",
  environment: "production",
  flag: "f",
  candidate: "on",
  reason: "try",
  stages: [{ share: 0.5, catches: { failureRate: 0.2 }, minSeconds: 7_200 }],
  guard: { signals: [{ name: "errors", kind: "failure-rate", source: "observations" }] },
};

describeOnEachStore("a clock that is set by an hour", (open) => {
  async function start() {
    const clock = { aheadMs: 0 };
    const nowMs = () => Date.now() + clock.aheadMs;
    const { ask, node } = await openTestNode(await open.config(), { nowMs });
    after.push(() => node.close());
    await ask("POST", "/api/v1/flags", { key: "f" });
    const { id } = (await ask("POST", "/api/v1/rollouts", ROLLOUT)).body;
    /** Both arms fare alike, by the clock of whoever sends. */
    const observe = (atMs: number) => {
      const second = Math.floor(atMs / 1_000);
      const counts = { environment: "production", flag: "f", second, requests: REQUESTS, failures: 1 };
      const observations = ["on", "off"].map((variant) => ({ ...counts, variant }));
      return ask("POST", "/api/v1/observations", { observations });
    };
    const sending = setInterval(() => void observe(nowMs()), 200);
    after.push(() => clearInterval(sending));
    const show = async () => (await ask("GET", `/api/v1/rollouts/${id}`)).body;
    const untilTick = async (tick: number) =>
      expect.poll(async () => (await show()).decision?.tick ?? 0).toBeGreaterThanOrEqual(tick);
    await untilTick(TICKS_AFTER);
    return { ask, app: node.app, clock, nowMs, observe, show, untilTick };
  }

  it.each([
    ["forward", HOUR_MS],
    ["back", -HOUR_MS],
  ])("%s makes no verdict: the rollout is judged every second, with the evidence it had", async (_way, jumpMs) => {
    const { ask, clock, show, untilTick } = await start();
    const before = await show();

    clock.aheadMs = jumpMs;
    await untilTick(before.decision.tick + TICKS_AFTER);
    const jumped = await show();
    clock.aheadMs = 0;
    await untilTick(jumped.decision.tick + TICKS_AFTER);
    const back = await show();

    for (const rollout of [jumped, back]) {
      expect(rollout).toMatchObject({ state: "running", stage: 1, share: 0.5 });
      expect(["wait", "hold"]).toContain(rollout.decision.verdict);
    }
    const requestsOf = (rollout: typeof before) => rollout.signals[0].candidate.requests;
    expect(requestsOf(jumped)).toBeGreaterThan(requestsOf(before));
    expect(requestsOf(back)).toBeGreaterThan(requestsOf(jumped));
    const { ticks } = (await ask("GET", `/api/v1/rollouts/${back.id}/record?limit=1000`)).body;
    expect(ticks.map(({ tick }: { tick: number }) => tick)).toEqual(ticks.map((_: unknown, at: number) => at + 1));
    const { items } = (await ask("GET", "/api/v1/events?type=rollout.&limit=500")).body;
    expect(
      items.filter(({ type }: { type: string }) => /rolled-back|stage-entered|paused|stopped/.test(type)),
    ).toHaveLength(1);
  });

  it("forward ends a session that has twelve hours left no sooner, and refuses no token", async () => {
    const { ask, app, clock } = await start();
    const payload = { token: TEST_ADMIN_TOKEN };
    const signedIn = await app.inject({ method: "POST", url: "/api/v1/session", payload });
    const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] ?? "";
    const me = async () => (await app.inject({ url: "/api/v1/me", headers: { cookie } })).statusCode;

    for (const aheadMs of [HOUR_MS, -HOUR_MS, 0]) {
      clock.aheadMs = aheadMs;
      expect((await ask("GET", "/api/v1/me")).status).toBe(200);
      expect(await me()).toBe(200);
    }
    clock.aheadMs = 13 * HOUR_MS;
    expect(await me()).toBe(401);
  });

  it("at a sender is told: seconds of an hour ago count, older ones and those ahead are refused by reason", async () => {
    const { observe, nowMs } = await start();
    const reasonsAt = async (atMs: number) =>
      (await observe(atMs)).body.dropped.map(({ reason }: { reason: string }) => reason);

    expect(await reasonsAt(nowMs() + HOUR_MS)).toContain("second-in-future");
    expect(await reasonsAt(nowMs() - HOUR_MS - 60_000)).toContain("second-too-old");
    expect(await reasonsAt(nowMs())).toEqual([]);
  });
});

describePostgres("a node whose clock is an hour behind the others'", (_cluster, open) => {
  it("completes a rollout by hand, and it is watched for its whole time by the clock that all share", async () => {
    const { ask, node } = await openTestNode(await open.config(), { nowMs: () => Date.now() - HOUR_MS });
    after.push(() => node.close());
    await ask("POST", "/api/v1/flags", { key: "f" });
    const stages = [{ share: 1, minSeconds: 3_600 }];
    const { id } = (await ask("POST", "/api/v1/rollouts", { ...ROLLOUT, stages, watchSeconds: 1_800 })).body;
    const beforeMs = Date.now();

    const { body } = await ask("POST", `/api/v1/rollouts/${id}/advance`, { reason: "by hand" });

    expect(body.state).toBe("completed");
    // The store's clock is this machine's; a second for how each rounds.
    expect(Date.parse(body.watchedUntil)).toBeGreaterThanOrEqual(beforeMs + 1_800_000 - 1_000);
  });
});
