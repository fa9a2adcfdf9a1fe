import { expect, it } from "vitest";
import { factsOf } from "./event-facts.ts";

it("tells an event's data in words, and leaves out what is long, empty or said elsewhere", () => {
  const data = {
    sentence: "said in the row",
    stage: 1,
    fromShare: 0.1,
    watchSeconds: 60,
    watchedUntilMs: 0,
    acted: true,
    alongside: null,
    plan: {},
    cause: "signal:errors",
    candidateValue: "x".repeat(500),
  };

  expect(Object.fromEntries(factsOf(data))).toMatchObject({
    Stage: "2",
    "From share": "10 %",
    "Watch, s": "60",
    Acted: "yes",
    Cause: "signal:errors",
  });
  expect(factsOf(data)).toHaveLength(6);
  expect([null, 3, "x", [1]].map(factsOf)).toEqual([[], [], [], []]);
});
