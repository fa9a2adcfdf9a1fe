import { describe, expect, it } from "vitest";
import { groupRollouts, tallyOf } from "./now-groups.ts";
import { rolloutOf, START_MS } from "./rollout.fixture.ts";

const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();
const clock = { nowMs: START_MS + 10 * HOUR_MS, dayStartMs: START_MS };

describe("the rollouts of the page Now", () => {
  it("are told apart by whether they move, wait, are watched, or ended today or before", () => {
    const latest = [
      rolloutOf({ id: "moves" }),
      rolloutOf({ id: "waits", state: "queued" }),
      rolloutOf({ id: "watched", state: "completed", endedAt: at(START_MS), watchedUntil: at(clock.nowMs + 1) }),
      rolloutOf({ id: "today", state: "completed", endedAt: at(START_MS), watchedUntil: at(clock.nowMs) }),
      rolloutOf({ id: "before", state: "rolled-back", endedAt: at(START_MS - 1) }),
    ];

    const groups = groupRollouts([], latest, clock);

    expect(Object.values(groups).map((members) => members.map(({ id }) => id))).toEqual([
      ["moves"],
      ["waits"],
      ["watched"],
      ["today"],
      ["before"],
    ]);
  });

  it("begin with those that need a look, each once, as the stream says", () => {
    const calm = rolloutOf({ id: "calm", createdAt: at(START_MS + 2) });
    const before = rolloutOf({ id: "paused", createdAt: at(START_MS + 1) });
    const now = rolloutOf({ id: "paused", createdAt: at(START_MS + 1), state: "paused" });

    const { inFlight } = groupRollouts([now], [calm, before], clock);

    expect(inFlight.map(({ id, state }) => `${id} ${state}`)).toEqual(["paused paused", "calm running"]);
  });

  it("are counted by how they ended", () => {
    const ended = [
      rolloutOf({ state: "rolled-back" }),
      rolloutOf({ state: "completed" }),
      rolloutOf({ state: "completed" }),
    ];

    expect(tallyOf(ended)).toBe("2 completed, 1 rolled back");
    expect(tallyOf([])).toBe("");
  });
});
