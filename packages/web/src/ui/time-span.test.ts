import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, spanAfterKey, stepOf, withEnd } from "./time-span.ts";

const WHOLE = { from: 1_000, to: 1_600 };
const SPAN = { from: 1_200, to: 1_400 };

describe("a span of time under the keyboard", () => {
  it.each([
    ["ArrowRight", "from", { from: 1_205, to: 1_400 }],
    ["ArrowUp", "to", { from: 1_200, to: 1_405 }],
    ["ArrowLeft", "to", { from: 1_200, to: 1_395 }],
    ["ArrowDown", "from", { from: 1_195, to: 1_400 }],
    ["PageUp", "from", { from: 1_250, to: 1_400 }],
    ["PageDown", "to", { from: 1_200, to: 1_350 }],
    ["Home", "from", { from: 1_000, to: 1_400 }],
    ["End", "to", { from: 1_200, to: 1_600 }],
    // An end stops before the other one.
    ["End", "from", { from: 1_399, to: 1_400 }],
    ["Home", "to", { from: 1_200, to: 1_201 }],
  ] as const)("takes %s on its end `%s`", (key, end, after) => {
    expect(spanAfterKey(key, end, SPAN, WHOLE)).toEqual(after);
  });

  it.each(["a", "Tab", "Escape", "toString", "__proto__"])("leaves %s to others", (key) => {
    expect(spanAfterKey(key, "from", SPAN, WHOLE)).toBeUndefined();
  });

  it("takes some hundred moves from end to end, however long the whole is", () => {
    expect([30, 600, 3_600, 86_400].map((to) => stepOf({ from: 0, to }))).toEqual([1, 5, 30, 1_800]);
  });

  it("stays in order, in whole seconds and within the whole, wherever an end is moved to", () => {
    const end = fc.constantFrom("from" as const, "to" as const);
    fc.assert(
      fc.property(end, fc.double({ min: 0, max: 3_000, noNaN: true }), (moved, at) => {
        const span = withEnd(SPAN, moved, at, WHOLE);
        const [low, high] = boundsOf(moved, SPAN, WHOLE);

        expect(Number.isInteger(span[moved])).toBe(true);
        expect(span.from).toBeLessThan(span.to);
        expect(span[moved]).toBeGreaterThanOrEqual(low);
        expect(span[moved]).toBeLessThanOrEqual(high);
      }),
    );
  });
});
