import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spread } from "./draw-chart.ts";

describe("names at the ends of lines", () => {
  it("never cover each other, and keep their order", () => {
    const places = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(places, (wanted) => {
        const sorted = wanted.toSorted((a, b) => a - b);

        const placed = spread(sorted, 13, 200);

        expect(placed.at(-1)).toBeLessThanOrEqual(200);
        for (const [index, place] of placed.slice(1).entries())
          expect(place - (placed[index] ?? 0)).toBeGreaterThanOrEqual(13);
      }),
    );
  });

  it("stay where they are when there is room", () => {
    expect(spread([10, 60, 120], 13, 200)).toEqual([10, 60, 120]);
  });
});
