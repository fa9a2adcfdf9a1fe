import { pauseRollout } from "@steadfast/core/rollouts/decide";
import { pino } from "pino";
import { afterEach, expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { createApp } from "../http/create-app.ts";
import { createLiveRollouts } from "./live.ts";
import { openRollouts, PERSON } from "./rollouts.fixture.ts";
import { actOnRollout } from "./write.ts";

const VIEWER = { tokenId: "tok_1", tokenName: "Ada", role: "viewer", environment: null, via: "token" } as const;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The same store, whose answers can be held back. */
function slowly(database: Database) {
  const slow = { answered: Promise.resolve(), asked: 0 };
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      slow.asked += 1;
      return node;
    },
    transformResult: async ({ result }) => {
      await slow.answered;
      return result;
    },
  });
  return { slow, database: { ...database, db } };
}

async function follow(url: string) {
  const { body } = await fetch(url);
  const states: string[] = [];
  const reading = (async () => {
    for await (const bytes of body ?? []) {
      for (const [, state] of Buffer.from(bytes)
        .toString()
        .matchAll(/^data: .*?"state":"([a-z-]+)"/gm))
        if (state !== undefined) states.push(state);
    }
  })().catch(() => {});
  return { states, reading };
}

describeOnEachStore("a rollout's live stream", (open) => {
  it("soon shows what happened while a consumer joined", async () => {
    const rollouts = await openRollouts(await open());
    const id = await rollouts.start();
    const { slow, database } = slowly(rollouts.deps.database);
    const live = createLiveRollouts({ database, judge: { latest: () => undefined }, nowMs: () => 0 });
    const app = createApp({ logger: pino({ level: "silent" }) });
    app.decorateRequest("principal", { getter: () => VIEWER });
    app.get("/stream", { config: { access: "public" } }, async (request, reply) => {
      await live.streamRollout(id, request, reply);
      return reply;
    });
    const url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/stream`;
    closers.push(async () => {
      live.close();
      await app.close();
    });
    const early = await follow(url);
    await expect.poll(() => early.states).toEqual(["running"]);

    const held = Promise.withResolvers<void>();
    const askedBefore = slow.asked;
    slow.answered = held.promise;
    const joining = follow(url);
    await expect.poll(() => slow.asked).toBeGreaterThan(askedBefore);
    slow.answered = Promise.resolve();
    const reason = "have a look";
    await actOnRollout(
      rollouts.deps,
      id,
      (state) => pauseRollout(state, reason),
      { actor: PERSON, reason },
      () => {},
    );
    await live.publish();
    held.resolve();
    const late = await joining;
    await expect.poll(() => late.states.length).toBeGreaterThan(0);
    await live.publish();

    await expect.poll(() => early.states.at(-1)).toBe("paused");
    await expect.poll(() => late.states.at(-1)).toBe("paused");
  });
});
