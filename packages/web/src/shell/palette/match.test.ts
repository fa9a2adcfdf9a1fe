import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchScore } from "./match.ts";

describe("what is typed into the palette", () => {
  it("matches when each of its words is found, in any order", () => {
    expect(matchScore("chec new", "new-checkout")).toBeGreaterThan(0);
    expect(matchScore("new search", "new-checkout")).toBe(0);
  });

  it("ranks a beginning before a word's beginning before the middle of a word", () => {
    const [start, word, within] = ["Tokens", "Create a token", "Betoken"].map((text) => matchScore("token", text));

    expect(start).toBeGreaterThan(word ?? 0);
    expect(word).toBeGreaterThan(within ?? 0);
    expect(within).toBeGreaterThan(0);
  });

  it("matches everything while nothing is typed", () => {
    expect(matchScore("  ", "anything")).toBeGreaterThan(0);
  });

  it("always finds a text by any part of it that has no space", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}$/), fc.nat(19), fc.nat(19), (text, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];

        expect(matchScore(text.slice(from, to), text)).toBeGreaterThan(0);
      }),
    );
  });
});
