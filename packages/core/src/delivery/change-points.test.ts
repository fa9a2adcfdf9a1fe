import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findChangePoints } from "./change-points.ts";
import { seededRandom } from "./seeded-random.ts";

const OPTIONS = { seed: 1, alpha: 0.01 };

/** Log-normal noise, as lead times have it. */
function noise(count: number, level: number, seed: number, spread = 0.5): number[] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => Math.log(level) + spread * normal());
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

  // Goal: what a reader sees at a glance is found, whatever the seed.
  it.each([8, 9, 10, 11, 12, 13])("finds the one step in %i values that otherwise lie close together", (count) => {
    const middle = Math.floor(count / 2);
    const values = Array.from({ length: count }, (_, index) => (index < middle ? 1_000 + index : 1 + index * 0.01));

    for (let seed = 1; seed <= 20; seed += 1)
      expect(findChangePoints(values, { ...OPTIONS, seed }).map(({ index }) => index)).toEqual([middle]);
  });

  it("says how rare a split of eight or nine is: 2 of 70, 2 of 126", () => {
    const [eight] = findChangePoints([1, 1.1, 1, 1.2, 9, 9.1, 9.3, 9], OPTIONS);
    const [nine] = findChangePoints([1, 1.1, 1, 1.2, 9, 9.1, 9.3, 9, 9.2], OPTIONS);

    expect(eight).toEqual({ index: 4, pValue: 2 / 70 });
    expect(nine?.index).toBe(4);
    expect(nine?.pValue).toBeCloseTo(2 / 126, 12);
  });

  it.each([
    { count: 8, spread: 0.3, share: 0.85 },
    { count: 9, spread: 0.3, share: 0.85 },
    { count: 10, spread: 0.2, share: 0.85 },
    { count: 13, spread: 0.3, share: 0.9 },
    { count: 26, spread: 0.5, share: 0.9 },
  ])("finds a level that fell to a third within $count values in most series", ({ count, spread, share }) => {
    const middle = Math.floor(count / 2);
    const found = Array.from({ length: 100 }, (_, seed) => {
      const values = [...noise(middle, 300, 2 * seed, spread), ...noise(count - middle, 100, 2 * seed + 1, spread)];
      return findChangePoints(values, OPTIONS).length > 0;
    });

    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(100 * share);
  });

  // Goal: the level that the definitions name holds for few values as for many, and for values that are no log-normal ones.
  it.each([
    { count: 8, level: 0.03 },
    { count: 9, level: 0.03 },
    { count: 10, level: 0.01 },
    { count: 11, level: 0.01 },
    { count: 13, level: 0.01 },
    { count: 26, level: 0.01 },
  ])("calls chance a change in at most $level of series of $count", ({ count, level }) => {
    const series = 400;
    const shapes: Readonly<Record<string, (value: number) => number>> = {
      even: (value) => value,
      "with far outliers": (value) => Math.sign(value) * Math.abs(value) ** 6,
      "of counts": (value) => Math.max(0, Math.round(value)),
      "mostly zero": (value) => Number(value > Math.log(100) + 0.5),
    };
    const limit = series * level + 3 * Math.sqrt(series * level * (1 - level));

    for (const [shape, shapeOf] of Object.entries(shapes)) {
      const alarms = Array.from({ length: series }, (_, seed) =>
        findChangePoints(noise(count, 100, seed).map(shapeOf), OPTIONS),
      ).filter(({ length }) => length > 0);

      expect(alarms.length, shape).toBeLessThanOrEqual(limit);
    }
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
