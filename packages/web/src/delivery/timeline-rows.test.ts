import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Covered, rowsOf } from "./timeline-rows.ts";

const at = (x: number): Covered => ({ from: x - 5, to: x + 5 });
const covered = fc
  .record({ from: fc.nat(200), width: fc.nat(30) })
  .map(({ from, width }) => ({ from, to: from + width + 1 }));

describe("the rows of a lane", () => {
  it("keep marks apart in the first row where they can be, and stack those that would hide each other", () => {
    expect(rowsOf([at(10), at(20), at(12), at(11), at(40)], 3)).toEqual([0, 0, 1, 2, 0]);
  });

  it("put behind what finds no room, and never what is more important", () => {
    expect(rowsOf([at(10), at(11), at(12), at(13), at(30)], 3)).toEqual([0, 1, 2, null, 0]);
  });

  it("never let two marks of a row overlap", () => {
    fc.assert(
      fc.property(fc.array(covered, { maxLength: 60 }), (marks) => {
        const rows = rowsOf(marks, 3);

        for (const [index, one] of marks.entries()) {
          const same = marks.filter((_, other) => other < index && rows[other] === rows[index] && rows[index] !== null);
          expect(same.some((other) => one.from < other.to && other.from < one.to)).toBe(false);
        }
      }),
    );
  });
});
