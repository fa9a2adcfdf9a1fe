import { describe, expect, it } from "vitest";
import { titleOf, toneOf } from "./event-title.ts";

describe("an event's title", () => {
  it("is made of the type's own words", () => {
    expect(titleOf({ type: "rollout.rolled-back", data: {} })).toBe("Rollout rolled back");
    expect(titleOf({ type: "flag.created", data: null })).toBe("Flag created");
  });

  it("says what the guard judged, and survives a decision of an unknown shape", () => {
    const judged = { type: "rollout.judged", data: { decision: { verdict: "roll-back" } } };

    expect([titleOf(judged), toneOf(judged)]).toEqual(["Rollout judged: roll back", "bad"]);
    expect(titleOf({ type: "rollout.judged", data: "?" })).toBe("Rollout judged");
  });
});
