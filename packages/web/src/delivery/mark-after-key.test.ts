import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markAfterKey, type Place } from "./mark-after-key.ts";

/** Two deployments, a rollback, and two decisions of the guard, given in the order that they are drawn in. */
const PLACES: readonly Place[] = [
  { at: 30, lane: 3 },
  { at: 10, lane: 3 },
  { at: 20, lane: 0 },
  { at: 40, lane: 0 },
  { at: 40, lane: 1 },
];

describe("the keys of a drawing's marks", () => {
  it.each([
    ["ArrowRight", 1, 2],
    ["ArrowRight", 2, 0],
    ["ArrowRight", 0, 3],
    ["ArrowRight", 3, 4],
    ["ArrowRight", 4, 4],
    ["ArrowLeft", 4, 3],
    ["ArrowLeft", 1, 1],
    ["Home", 3, 1],
    ["End", 1, 4],
    ["PageDown", 1, 4],
    ["PageUp", 4, 1],
    ["ArrowDown", 2, 4],
    ["ArrowDown", 4, 0],
    ["ArrowUp", 1, 4],
    ["ArrowUp", 4, 3],
  ])("lead, with %s from %i, to %i", (key, from, to) => {
    expect(markAfterKey(key, PLACES, from)).toBe(to);
  });

  it.each([
    ["ArrowUp", 2],
    ["ArrowDown", 0],
    ["Tab", 0],
    ["a", 0],
    ["toString", 0],
  ])("leave %s from %i to the page", (key, from) => {
    expect(markAfterKey(key, PLACES, from)).toBeUndefined();
  });

  // Goal: whoever goes on to the right has met every mark, in the order of their places.
  it("lead to each mark once, in order, with the right arrow alone", () => {
    const place = fc.record({ at: fc.integer({ min: 0, max: 5 }), lane: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 30 }), (places) => {
        const met = [markAfterKey("Home", places, 0) ?? -1];
        for (let step = 1; step < places.length; step += 1) {
          met.push(markAfterKey("ArrowRight", places, met.at(-1) ?? -1) ?? -1);
        }

        expect(met.toSorted((a, b) => a - b)).toEqual([...places.keys()]);
        const ats = met.map((index) => places[index]?.at ?? -1);
        expect(ats).toEqual(ats.toSorted((a, b) => a - b));
        expect(met.at(-1)).toBe(markAfterKey("End", places, 0));
      }),
    );
  });
});
