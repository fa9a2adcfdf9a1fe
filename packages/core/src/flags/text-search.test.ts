import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containsText } from "./text-search.ts";

/** Counts how often a character is looked at. */
function counted(text: string) {
  let looks = 0;
  const characters = {
    length: text.length,
    charCodeAt: (index: number) => {
      looks += 1;
      return text.charCodeAt(index);
    },
  };
  return { characters, looks: () => looks };
}

const few = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });

describe("a text in another", () => {
  it("is found where String.prototype.includes finds it", () => {
    fc.assert(
      fc.property(fc.oneof(few, fc.string()), fc.oneof(few, fc.string()), (text, part) => {
        expect(containsText(text, part)).toBe(text.includes(part));
        expect(containsText(text + part + text, part)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is looked for in linear time, whatever both are", () => {
    const a = (count: number) => "a".repeat(count);
    const worst = [
      [a(4_000), `b${a(1_000)}`],
      [a(4_000), `${a(1_000)}b`],
      [a(4_000), `${a(500)}b${a(500)}`],
      ["ab".repeat(2_000), `${"ab".repeat(500)}b`],
      [`${a(99)}b`.repeat(40), a(100)],
    ] as const;

    for (const [text, part] of worst) {
      const [inText, inPart] = [counted(text), counted(part)];

      containsText(inText.characters, inPart.characters);

      expect(inText.looks()).toBeLessThanOrEqual(text.length);
      expect(inPart.looks()).toBeLessThanOrEqual(3 * text.length + 4 * part.length);
    }
  });
});
