import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findChangePoints } from "./change-points.ts";
import { seededRandom } from "./seeded-random.ts";

const OPTIONS = { seed: 1, alpha: 0.01 };

/** Log-normal noise, as lead times have it. */
function noise(count: number, level: number, seed: number): number[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => Math.log(level) + 0.5 * normal());
}

describe("change points", () => {
  it("finds where a level moved, to within two values", () => {
    const found = findChangePoints([...noise(30, 100, 1), ...noise(30, 40, 2)], OPTIONS);

    expect(found).toHaveLength(1);
    expect(Math.abs((found[0]?.index ?? 0) - 30)).toBeLessThanOrEqual(2);
  });

  it("finds two", () => {
    const found = findChangePoints([...noise(30, 100, 3), ...noise(30, 20, 4), ...noise(30, 100, 5)], OPTIONS);

    expect(found.map(({ index }) => Math.round(index / 10))).toEqual([3, 6]);
  });

  // Goal: whoever looks at a hundred calm repositories is told of a change in few of them.
  it("finds nothing in most series that have no change", () => {
    const alarmed = Array.from(
      { length: 100 },
      (_, seed) => findChangePoints(noise(52, 100, seed), OPTIONS).length > 0,
    );

    expect(alarmed.filter(Boolean).length).toBeLessThanOrEqual(5);
  });

  it("finds nothing in a series without spread, nor in one too short", () => {
    expect(
      findChangePoints(
        Array.from({ length: 50 }, () => 7),
        OPTIONS,
      ),
    ).toEqual([]);
    expect(findChangePoints([1, 1, 1, 9, 9, 9], OPTIONS)).toEqual([]);
  });

  it("gives the same for the same seed, in order, inside the series", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 60 }), (values) => {
        const found = findChangePoints(values, OPTIONS);

        expect(findChangePoints(values, OPTIONS)).toEqual(found);
        expect(found.map(({ index }) => index)).toEqual([...found.map(({ index }) => index)].sort((a, b) => a - b));
        for (const { index } of found) expect(index).toBeGreaterThan(0);
        for (const { index } of found) expect(index).toBeLessThan(values.length);
      }),
      { numRuns: 40 },
    );
  });
});
