import { describe, expect, it } from "vitest";
import type { DecisionRecord, JournalEvent } from "../../api/types.ts";
import { logEntries } from "./log-entries.ts";

const GUARD = { kind: "system", id: "guard", name: "the guard" } as const;
const ADA = { kind: "token", id: "tok_1", name: "Ada" } as const;
const AT = "2026-01-01T12:00:00.000Z";

const event = (seq: number, type: string, more: Partial<JournalEvent> = {}): JournalEvent => ({
  seq,
  id: `evt_${seq}`,
  stream: "rollout/rol_1",
  version: seq,
  type,
  data: {},
  actor: GUARD,
  reason: null,
  subject: { kind: "rollout", id: "rol_1", name: "new-checkout", environment: "production" },
  at: AT,
  ...more,
});

const decision = (seq: number, acted: boolean): DecisionRecord => ({
  seq,
  acted,
  notified: false,
  verdict: "advance",
  cause: "gate-met",
  sentence: "All is well.",
  at: AT,
  tick: seq,
  stage: 1,
  share: 0.01,
  evidence: 1,
  logEvidence: 0,
  gate: { exposure: 1, neededExposure: 1, signal: "errors", floorSecondsLeft: 0, projectedSeconds: 0 },
  signals: [],
});

describe("a rollout's log", () => {
  it("puts what followed from a decision beside it, and people in their own lines, in their words", () => {
    const entries = logEntries(
      [decision(4, true)],
      [
        event(1, "rollout.requested", { actor: ADA, reason: "try it" }),
        event(2, "rollout.started", { actor: ADA, reason: "try it" }),
        event(3, "rollout.stage-entered", { actor: ADA, data: { share: 0.01, step: "start" } }),
        event(4, "rollout.judged"),
        event(5, "rollout.stage-entered", { data: { share: 1, step: "gate-met" } }),
        event(6, "rollout.completed"),
        event(7, "rollout.rolled-back", { actor: ADA, reason: "users call" }),
      ],
    );

    expect(
      entries.map((entry) =>
        entry.kind === "decision" ? entry.followed.join(", ") : `${entry.title}: ${entry.by}: ${entry.words}`,
      ),
    ).toEqual([
      "Asked for: Ada: try it",
      "Started: Ada: try it",
      "Entered 100 %, Completed",
      "Rolled back: Ada: users call",
    ]);
  });

  it("keeps a person's step out of a decision that was only recorded", () => {
    const entries = logEntries(
      [decision(1, false)],
      [event(2, "rollout.stage-entered", { actor: ADA, reason: "checked", data: { share: 0.1, step: "person" } })],
    );

    expect(entries).toMatchObject([{ followed: [] }, { title: "Entered 10 %", by: "Ada", words: "checked" }]);
  });

  it("tells an event that it does not know by its own words", () => {
    expect(logEntries([], [event(1, "rollout.handed-over", { data: "?" })])).toMatchObject([{ title: "Handed over" }]);
  });
});
