import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision, Verdict } from "../guard/decision.ts";
import { blockedBy, coolingDown } from "./admission.ts";
import {
  actOnDecision,
  advanceRollout,
  endWatch,
  pauseRollout,
  resumeRollout,
  rollBackRollout,
  startRollout,
  stopRollout,
} from "./decide.ts";
import { DEFAULT_STAGES, planGuard, resolveGuard, resolveStages } from "./plan.ts";
import { evolveRollout, isWatched, type RolloutEvent, type RolloutState } from "./state.ts";

const person = { kind: "token", id: "tok_1", name: "Ada" } as const;

function settings() {
  const resolved = resolveGuard(undefined);
  if (!resolved.ok) throw new Error("defaults are valid");
  return resolved.value;
}

const plan = planGuard(settings(), DEFAULT_STAGES, { history: {}, hasOwnTargeting: false });

function record(state: RolloutState | undefined, events: readonly RolloutEvent[], atMs = 0): RolloutState | undefined {
  let current = state;
  for (const event of events) {
    const version = (current?.version ?? 0) + 1;
    current = evolveRollout(current, { ...event, version, occurredAtMs: atMs, actor: person, reason: "because" });
  }
  return current;
}

function queued(more: Partial<RolloutState> = {}): RolloutState {
  const state = record(undefined, [
    {
      type: "rollout.requested",
      data: {
        id: "rol_1",
        kind: "flag",
        environment: "production",
        flag: "new-checkout",
        service: "shop",
        candidate: "on",
        candidateValue: "true",
        stages: DEFAULT_STAGES,
        guard: settings(),
        onRegression: "roll-back",
        mode: "act",
        watchSeconds: 1_800,
        salt: "on",
        bucketing: "fractional-v2",
        alongside: null,
        despiteRollback: null,
        ...more,
      },
    },
  ]);
  if (!state) throw new Error("a request makes a rollout");
  return { ...state, ...more };
}

function running(more: Partial<RolloutState> = {}): RolloutState {
  const waiting = queued();
  const state = record(waiting, startRollout(waiting, "off", plan).events);
  if (!state) throw new Error("it starts");
  return { ...state, ...more };
}

function decision(verdict: Verdict, more: Partial<Decision> = {}): Decision {
  return {
    verdict,
    cause: verdict === "advance" ? "gate-met" : verdict === "roll-back" ? "signal:errors" : "gathering-evidence",
    sentence: "3 of 3 candidate requests failed.",
    tick: 7,
    atMs: 7_000,
    stage: 0,
    share: 0.01,
    logEvidence: 0,
    evidence: 1,
    isNotified: false,
    signals: [],
    gate: { exposure: 0, neededExposure: null, signal: null, floorSecondsLeft: 0, projectedSeconds: null },
    shadow: null,
    ...more,
  };
}

function outcome(result: ReturnType<typeof pauseRollout>) {
  if (!result.ok) throw new Error(result.detail);
  return result;
}

describe("a rollout on evidence", () => {
  it("goes through its stages, completes at 100 % and writes the candidate as the flag's default", () => {
    let state: RolloutState | undefined = running();
    let flagDefault: string | undefined;
    const shares = [state.share];

    for (let step = 0; step < 3 && state; step += 1) {
      const result = actOnDecision(state, decision("advance"), 60_000);
      flagDefault = result.flagDefault;
      state = record(state, result.events, 60_000);
      shares.push(state?.share ?? -1);
    }

    expect(shares).toEqual([0.01, 0.1, 0.5, 1]);
    expect(state).toMatchObject({ state: "completed", watchedUntilMs: 60_000 + 1_800_000 });
    expect(flagDefault).toBe("on");
  });

  it("takes the candidate back at once and for good", () => {
    const state = record(running(), actOnDecision(running(), decision("roll-back"), 1).events);

    expect(state).toMatchObject({ state: "rolled-back", share: 0 });
    if (state) expect(actOnDecision(state, decision("advance"), 2).events).toEqual([]);
  });

  it("that flaps between waiting and holding is recorded six times a minute at most, and a freeze at once", () => {
    let state = running();
    const recorded: number[] = [];
    for (let tick = 1; tick <= 120; tick += 1) {
      const flapping = { ...decision(tick % 2 ? "wait" : "hold"), tick };
      const { events } = actOnDecision(state, flapping, tick * 1_000);
      if (events.length > 0) recorded.push(tick);
      state = record(state, events) ?? state;
    }

    const frozen = actOnDecision(state, { ...decision("freeze"), tick: 121 }, 121_000);

    expect(recorded.length).toBeGreaterThan(5);
    expect(recorded.length).toBeLessThanOrEqual(12);
    expect(frozen.events).toHaveLength(1);
  });

  it("takes the flag's default back after completion, while it is watched", () => {
    const completed = running({ state: "completed", watchedUntilMs: 99, share: 1, stage: 3 });

    const result = actOnDecision(completed, decision("roll-back"), 50);

    expect(result.flagDefault).toBe("off");
    expect(result.events.map((event) => event.type)).toEqual(["rollout.judged", "rollout.rolled-back"]);
  });

  it("freezes instead of rolling back when asked to, once", () => {
    const state = running({ onRegression: "freeze" });
    const frozen = record(state, actOnDecision(state, decision("roll-back"), 1).events);

    expect(frozen?.state).toBe("paused");
    if (frozen) expect(actOnDecision(frozen, decision("roll-back"), 2).events).toEqual([]);
  });

  it("lets a person go on in spite of what it was frozen for, until something else is found", () => {
    const state = running({ onRegression: "freeze" });
    const frozen = record(state, actOnDecision(state, decision("roll-back"), 1).events);
    const resumed = frozen && record(frozen, outcome(resumeRollout(frozen)).events);

    if (!resumed) throw new Error("it resumes");
    expect(actOnDecision(resumed, decision("roll-back"), 2).events).toEqual([]);
    expect(actOnDecision(resumed, decision("roll-back", { cause: "candidate-silent" }), 2).events).toMatchObject([
      { type: "rollout.judged" },
      { type: "rollout.paused" },
    ]);
  });

  it("judges and records but never acts in dry-run", () => {
    const state = running({ mode: "dry-run" });

    for (const verdict of ["advance", "roll-back"] as const)
      expect(actOnDecision(state, decision(verdict), 1).events).toMatchObject([
        { type: "rollout.judged", data: { acted: false } },
      ]);
  });

  it("records a verdict when it changes, not every second", () => {
    const state = running();
    const first = actOnDecision(state, decision("wait"), 1);
    const after = record(state, first.events);

    expect(first.events).toHaveLength(1);
    if (after) expect(actOnDecision(after, decision("wait", { tick: 8 }), 2).events).toEqual([]);
  });
});

describe("a person", () => {
  it("advances without evidence only with a reason", () => {
    expect(advanceRollout(running(), decision("wait"), null, 1)).toMatchObject({ ok: false, code: "evidence-missing" });
    expect(advanceRollout(running(), decision("wait"), "tested by hand", 1)).toMatchObject({ ok: true });
  });

  it("does not take the evidence of the stage before for that of the present one", () => {
    const inSecond = running({ stage: 1, share: 0.1 });

    expect(advanceRollout(running(), decision("advance"), null, 1)).toMatchObject({ ok: true });
    expect(advanceRollout(inSecond, decision("advance"), null, 1)).toMatchObject({ code: "evidence-missing" });
  });

  it("advances once with another who saw the same stage", () => {
    const first = outcome(advanceRollout(running(), null, "tested by hand", 1, 0));
    const after = record(running(), first.events);

    expect(after?.stage).toBe(1);
    if (after)
      expect(advanceRollout(after, null, "tested by hand", 1, 0)).toMatchObject({
        code: "rollout-state-conflict",
        detail: expect.stringContaining("stage 2 by now, not 1"),
      });
  });

  it("is told what to do when the state does not allow it", () => {
    const over = running({ state: "completed", watchedUntilMs: null });

    expect(rollBackRollout(over, "x")).toMatchObject({ ok: false, detail: expect.stringContaining("restore") });
    expect(advanceRollout(running({ state: "paused" }), null, "x", 1)).toMatchObject({
      ok: false,
      detail: expect.stringContaining("resume it first"),
    });
  });

  it("may roll back twice: the second time nothing happens", () => {
    const state = record(running(), outcome(rollBackRollout(running(), "smells")).events);

    if (state) expect(outcome(rollBackRollout(state, "again")).events).toEqual([]);
    expect(state?.endReason).toContain("smells");
  });

  it("withdraws a queued rollout by rolling it back", () => {
    expect(record(queued(), outcome(rollBackRollout(queued(), "not today")).events)?.state).toBe("stopped");
  });
});

describe("the queue", () => {
  it("lets one rollout of a service run at a time, unless a person says otherwise", () => {
    const other = running({ id: "rol_0", flag: "fast-search" });

    expect(blockedBy(queued(), [other])).toMatchObject({ rolloutId: "rol_0", position: 1 });
    expect(blockedBy(queued({ alongside: "different teams" }), [other])).toBeNull();
    expect(blockedBy(queued({ service: "" }), [other])).toBeNull();
    expect(blockedBy(queued({ environment: "staging" }), [other])).toBeNull();
  });

  it("never lets two rollouts of one flag run, whatever is said", () => {
    expect(blockedBy(queued({ alongside: "please" }), [running({ id: "rol_0" })])).toMatchObject({
      rolloutId: "rol_0",
    });
  });

  it("lets the first in the queue start", () => {
    const first = queued({ id: "rol_1" });
    const second = queued({ id: "rol_2" });

    expect(blockedBy(first, [first, second])).toBeNull();
    expect(blockedBy(second, [first, second])).toMatchObject({ rolloutId: "rol_1" });
  });

  it("blocks a rolled-back candidate for 15 minutes, and after two rollbacks until a person says so", () => {
    expect(coolingDown([], 0)).toBeNull();
    expect(coolingDown([0], 60_000)).toContain("wait 14 min");
    expect(coolingDown([0], 900_000)).toBeNull();
    expect(coolingDown([0, 1], 9_000_000)).toContain("2 times");
  });
});

describe("the plan", () => {
  it("adds the last stage and completes what is left out", () => {
    const stages = resolveStages([{ share: 0.05 }]);

    expect(stages).toEqual({
      ok: true,
      value: [
        { share: 0.05, audience: null, catches: { failureRate: 0.02 }, minSeconds: 120 },
        { share: 1, audience: null, catches: null, minSeconds: 0 },
      ],
    });
  });

  it("names the path of every fault", () => {
    const stages = resolveStages([{ share: 0.5 }, { share: 0.1 }, { share: 0.123456 }, { audience: true }]);

    expect(stages.ok ? [] : stages.faults.map((fault) => fault.path)).toEqual([
      "/stages/1/share",
      "/stages/2/share",
      "/stages/3/audience",
    ]);
  });

  it("normalises the signals' weights", () => {
    const guard = resolveGuard({ signals: [{ name: "errors", kind: "failure-rate" }] });

    expect(guard.ok && guard.value.signals[0]?.weight).toBe(1);
  });
});

// Goal: whatever happens in whatever order, the state is well-formed and only ever ends once.
it("keeps every rollout well-formed under any sequence of commands", () => {
  const command = fc.constantFrom(
    "advance",
    "roll-back",
    "wait",
    "pause",
    "resume",
    "person-back",
    "stop",
    "end-watch",
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      let state: RolloutState | undefined = running();
      let ends = 0;
      commands.forEach((name, index) => {
        if (!state) return;
        const result =
          name === "pause"
            ? pauseRollout(state, "x")
            : name === "resume"
              ? resumeRollout(state)
              : name === "person-back"
                ? rollBackRollout(state, "x")
                : name === "stop"
                  ? stopRollout(state, "x")
                  : name === "end-watch"
                    ? endWatch(state, "x")
                    : actOnDecision(
                        state,
                        decision(name === "advance" ? "advance" : name === "wait" ? "wait" : "roll-back"),
                        index,
                      );
        if (!result.ok) return;
        const next: RolloutState | undefined = record(state, result.events, index);
        if (next && !isWatched(next) && isWatched(state)) ends += 1;
        state = next;
      });

      expect(ends).toBeLessThanOrEqual(1);
      expect(state?.share).toBeGreaterThanOrEqual(0);
      expect(state?.share).toBeLessThanOrEqual(1);
      if (state?.state === "rolled-back" || state?.state === "stopped") expect(state.share).toBe(0);
      if (state?.state === "completed") expect(state.share).toBe(1);
    }),
  );
});

it("ignores events of a rollout that was never requested", () => {
  expect(record(undefined, [{ type: "rollout.resumed", data: {} }])).toBeUndefined();
});
