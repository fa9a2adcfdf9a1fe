import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdTable } from "./id-table.ts";

const digit = fc.constantFrom(..."0123456789abcdef");
/** Few of them differ in their first digits, so that they meet in one slot. */
const idsOf = (digits: number) =>
  fc.array(
    fc.string({ unit: digit, minLength: 2, maxLength: 2 }).map((end) => end.padStart(digits, "f0")),
    { maxLength: 200 },
  );

describe("a table of ids", () => {
  it.each([40, 64])("numbers ids of %i digits in the order in which they are first seen", (digits) => {
    fc.assert(
      fc.property(idsOf(digits), (shas) => {
        const table = new IdTable(digits);
        const distinct = [...new Set(shas)];

        const numbers = shas.map((sha) => table.add(Buffer.from(`.${sha}`), 1));
        const copy = IdTable.of(digits, table.words.slice());

        expect(numbers).toEqual(shas.map((sha) => distinct.indexOf(sha)));
        expect(table.size).toBe(distinct.length);
        for (const [number, sha] of distinct.entries())
          for (const each of [table, copy]) {
            const at = number * (digits / 8);
            expect([each.sha(number), each.find(sha)]).toEqual([sha, number]);
            expect([each.findWords(table.words, at), each.addWords(table.words, at)]).toEqual([number, number]);
          }
      }),
    );
  });

  it("grows, and knows nothing of what was not added", () => {
    const table = new IdTable(40);
    const sha = (number: number) => (number * 2_654_435_761).toString(16).padStart(40, "0");
    for (let number = 0; number < 5_000; number += 1) table.add(Buffer.from(sha(number)), 0);

    expect(table.size).toBe(5_000);
    expect([table.find(sha(4_999)), table.find(sha(5_000)), table.find("abc")]).toEqual([4_999, undefined, undefined]);
  });
});
