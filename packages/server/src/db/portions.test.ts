import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { portions } from "./portions.ts";

const MAX = 256;
const lists = fc.array(fc.nat(), { maxLength: 1_000 });

describe("portions", () => {
  it("hold every item once, in its place", () => {
    fc.assert(
      fc.property(lists, (items) => {
        expect([...portions(items, MAX)].flat()).toEqual(items);
      }),
    );
  });

  it("of lists of any length have no more than nine lengths", () => {
    const lengths = new Set<number>();
    for (let length = 0; length <= 1_500; length += 1) {
      for (const portion of portions(new Array<number>(length).fill(0), MAX)) lengths.add(portion.length);
    }

    expect([...lengths].sort((a, b) => a - b)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  });
});
