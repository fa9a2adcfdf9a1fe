import { afterEach, expect, it } from "vitest";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";

const SESSION_MS = 12 * 3_600_000;

const after: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of after.splice(0).reverse()) await clean();
});

describeOnEachStore("a stream that a browser reads", (open) => {
  async function start() {
    const clock = { aheadMs: 0 };
    const { ask, node } = await openTestNode(await open.config(), { nowMs: () => Date.now() + clock.aheadMs });
    after.push(() => node.close());
    const address = await node.app.listen({ host: "127.0.0.1", port: 0 });
    const signIn = async () => {
      const body = JSON.stringify({ token: TEST_ADMIN_TOKEN });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${address}/api/v1/session`, { method: "POST", headers, body });
      return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    };
    const follow = async (headers: Record<string, string>) => {
      const stopping = new AbortController();
      after.push(() => stopping.abort());
      const answer = await fetch(`${address}/api/v1/rollouts/stream`, { headers, signal: stopping.signal });
      const stream = { status: answer.status, isOpen: true };
      void (async () => {
        for await (const _chunk of answer.body ?? []);
      })()
        .catch(() => {})
        .finally(() => {
          stream.isOpen = false;
        });
      return stream;
    };
    return { ask, address, clock, signIn, follow };
  }

  it("ends when the session that opened it is over, and no other does", async () => {
    const { clock, signIn, follow } = await start();
    const cookie = await signIn();
    const early = await follow({ cookie });
    clock.aheadMs = SESSION_MS - 300;
    const late = await follow({ cookie });
    const byToken = await follow({ authorization: `Bearer ${TEST_ADMIN_TOKEN}` });

    await expect.poll(() => late.isOpen).toBe(false);

    // Its twelve hours are real ones, by the clock that nobody sets.
    expect(early).toEqual({ status: 200, isOpen: true });
    expect(byToken).toEqual({ status: 200, isOpen: true });
  });

  it("ends when the browser signs out, and another browser's does not", async () => {
    const { address, signIn, follow } = await start();
    const [mine, theirs] = [await signIn(), await signIn()];
    const streams = [await follow({ cookie: mine }), await follow({ cookie: theirs })];

    const headers = { cookie: mine, "x-steadfast-csrf": "1" };
    const { status } = await fetch(`${address}/api/v1/session`, { method: "DELETE", headers });

    expect(status).toBe(204);
    await expect.poll(() => streams[0]?.isOpen).toBe(false);
    expect(streams[1]?.isOpen).toBe(true);
  });

  it("ends with the token that was revoked", async () => {
    const { ask, follow } = await start();
    const { id, token } = (await ask("POST", "/api/v1/tokens", { name: "x", role: "viewer" })).body;
    const stream = await follow({ authorization: `Bearer ${token}` });

    await ask("DELETE", `/api/v1/tokens/${id}`);

    await expect.poll(() => stream.isOpen).toBe(false);
  });
});
