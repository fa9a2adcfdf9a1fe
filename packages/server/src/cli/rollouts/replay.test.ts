import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import { judgeTick, startGuard } from "@steadfast/core/guard/judge";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import { DEFAULT_MAX_PROJECTED_SECONDS, DEFAULT_SILENCE } from "@steadfast/core/guard/plan";
import { describe, expect, it } from "vitest";
import { createApiClient } from "../client.ts";
import type { DecisionRecord } from "../types.ts";
import { firstDifference, type Recording, replayRollout } from "./replay.ts";

const PLAN: GuardPlan = {
  alpha: 0.001,
  signals: [
    {
      name: "errors",
      kind: "failure-rate",
      source: "spans",
      weight: 1,
      tolerance: { ratio: 1.1, add: 0.0002 },
      count: "requests",
    },
  ],
  stages: [
    { share: 0.1, isAudience: false, catches: { failureRate: 0.2 }, minSeconds: 60 },
    { share: 1, isAudience: false, catches: null, minSeconds: 0 },
  ],
  history: { spans: { requests: 30_000, failures: 30 } },
  isShareChecked: false,
  silence: DEFAULT_SILENCE,
  maxProjectedSeconds: DEFAULT_MAX_PROJECTED_SECONDS,
  plannedTicks: 60,
};

const TICKS: readonly GuardTick[] = Array.from({ length: 8 }, (_, index) => ({
  tick: index + 1,
  atMs: 1_795_262_400_000 + index * 1_000,
  stage: 0,
  stageSinceMs: 1_795_262_400_000,
  share: 0.1,
  isPaused: false,
  counts: { spans: { baseline: { requests: 90, failures: 0 }, candidate: { requests: 10, failures: index % 3 } } },
}));

function record(decision: Decision): DecisionRecord {
  return {
    ...decision,
    cause: decision.cause.replace(/^signal:/, ""),
    at: new Date(decision.atMs).toISOString(),
    stage: decision.stage + 1,
    seq: decision.tick,
    acted: false,
    notified: false,
    signals: [],
  };
}

function judgeAll(): readonly DecisionRecord[] {
  let state = startGuard(PLAN);
  return TICKS.map((tick) => {
    const judged = judgeTick(PLAN, state, tick);
    state = judged.state;
    return record(judged.decision);
  });
}

// What the API carries is JSON: the replay must survive the round trip bit for bit.
const recording: Recording = JSON.parse(JSON.stringify({ plan: PLAN, ticks: TICKS }));
const stored: readonly DecisionRecord[] = JSON.parse(JSON.stringify(judgeAll()));

describe("firstDifference", () => {
  it("finds none in what the guard itself has written", async () => {
    expect(await firstDifference(recording, stored)).toBeNull();
  });

  it("finds evidence that differs in its last bit", async () => {
    const changed = stored.map((decision) =>
      decision.tick === 5 ? { ...decision, logEvidence: decision.logEvidence * (1 + 2 ** -52) } : decision,
    );

    expect(await firstDifference(recording, changed)).toMatchObject({ tick: 5, field: "logEvidence" });
  });

  it("finds none in a decision whose words were those of an earlier version", async () => {
    const earlier = stored.map((decision) => ({ ...decision, sentence: "Said in other words." }));

    expect(await firstDifference(recording, earlier)).toBeNull();
  });

  it("finds another verdict, cause or exposure", async () => {
    const [first] = stored;
    if (first === undefined) throw new Error("nothing was judged");
    for (const changed of [
      { ...first, verdict: "hold" as const },
      { ...first, cause: "silence" },
      { ...first, gate: { ...first.gate, exposure: first.gate.exposure + 1 } },
    ])
      expect(await firstDifference(recording, [changed])).toMatchObject({ tick: 1 });
  });

  it("finds a count that was changed behind the journal's back", async () => {
    const ticks = recording.ticks.map((tick) =>
      tick.tick === 3
        ? {
            ...tick,
            counts: { spans: { baseline: { requests: 90, failures: 1 }, candidate: { requests: 10, failures: 2 } } },
          }
        : tick,
    );

    expect(await firstDifference({ ...recording, ticks }, stored)).toMatchObject({ tick: 3 });
  });

  it("finds a decision of a tick that is not there", async () => {
    const ticks = recording.ticks.slice(0, 7);

    expect(await firstDifference({ ...recording, ticks }, stored)).toMatchObject({ tick: 8, replayed: null });
  });
});

describe("replayRollout", () => {
  it("holds for a rollout that is judged again while it is read", async () => {
    let judgedTicks = 5;
    // Each answer is right when it is given; by the next one the guard has judged another second.
    const fetch: typeof globalThis.fetch = async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      const isDone = (item: { readonly tick: number }) => item.tick <= judgedTicks;
      const answer = url.includes("/record")
        ? { ...recording, ticks: recording.ticks.filter(isDone), next: null }
        : { items: stored.filter(isDone), next: null };
      judgedTicks += 1;
      return Response.json(answer);
    };

    const result = await replayRollout(createApiClient({ url: "http://127.0.0.1", token: "t" }, fetch), "rol_1");

    expect(result).toMatchObject({ identical: true, difference: null });
  });
});
