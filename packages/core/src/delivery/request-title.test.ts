import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_TITLE, bareTitle, numberIn, titleKey, titleKeyOf, trailingNumberAt } from "./request-title.ts";

/** What subjects are made of, its odd ends among it. */
const part = fc.constantFrom(
  "fix",
  "Fix",
  " ",
  "\t",
  "(#12)",
  " (#12)",
  "(!7)",
  "(#)",
  "(#1234567890)",
  ")",
  "é",
  "\u212a",
  "\u00a0",
  "K",
  "#",
  "a".repeat(250),
);
const subject = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
const keyOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return { key: titleKey(bytes, 0, bytes.length), number: trailingNumberAt(bytes, 0, bytes.length) };
};

describe("the key of a title", () => {
  // Goal: looking at the bytes alone, no commit that a revert quotes is passed over.
  it("is shared by all that are the same once they are bare", () => {
    fc.assert(
      fc.property(subject, subject, (written, quoted) => {
        const { key } = keyOf(written);

        fc.pre(key !== ANY_TITLE && bareTitle(written) === bareTitle(quoted));

        expect(titleKeyOf(bareTitle(quoted))).toBe(key);
      }),
      { numRuns: 300, maxSkipsPerRun: 1_000 },
    );
  });

  it("is that of the bare title, and the number is the one it ends with", () => {
    fc.assert(
      fc.property(subject, (written) => {
        const { key, number } = keyOf(written);

        fc.pre(key !== ANY_TITLE);

        expect(titleKeyOf(bareTitle(written))).toBe(key);
        expect(number).toBe(numberIn(written.slice(0, 500)) ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  it("differs between titles that differ", () => {
    const titles = Array.from({ length: 10_000 }, (_, index) => `feat: change ${index} (#${index + 1})`);

    expect(new Set(titles.map(titleKeyOf)).size).toBeGreaterThan(9_990);
  });

  it("is any title's where a letter is not ASCII, in front, within or behind", () => {
    expect(["é fix", "fix é it", "fix é", "fix (#1)\u00a0"].map((text) => keyOf(text).key)).toEqual([0, 0, 0, 0]);
    expect(keyOf("").key).not.toBe(ANY_TITLE);
  });
});
