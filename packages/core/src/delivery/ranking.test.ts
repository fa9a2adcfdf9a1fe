import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankingOf } from "./ranking.ts";

const whole = fc.oneof(
  fc.nat(3),
  fc.nat(),
  fc.integer({ min: 2 ** 50, max: 2 ** 52 }),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const any = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("a ranking", () => {
  it.each<readonly [string, fc.Arbitrary<number>]>([
    ["whole values, small and large", whole],
    ["any values", any],
    ["both", fc.oneof(whole, any)],
  ])("is that of a stable sort, of %s", (_, value) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));

        const ranking = rankingOf(Float64Array.from(values));

        expect([...ranking.order]).toEqual(order);
        expect([...ranking.sorted]).toEqual(order.map((index) => values[index]));
      }),
    );
  });

  it("tells the owners of the largest values that leave room for an index", () => {
    const count = 27_001;
    const highest = Math.floor(Number.MAX_SAFE_INTEGER / count) - 1;
    const values = Float64Array.from({ length: count }, (_, index) => highest - (index % 7));

    const { order, sorted } = rankingOf(values);

    expect(order.every((index, rank) => values[index] === sorted[rank])).toBe(true);
    expect(new Set(order).size).toBe(count);
    expect(sorted).toEqual(values.slice().sort());
  });
});
