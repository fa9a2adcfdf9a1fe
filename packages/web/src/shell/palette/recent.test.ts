import { describe, expect, it } from "vitest";
import { parseRecent, RECENT_MAX, withRecent } from "./recent.ts";

describe("what was chosen last", () => {
  it("stands first, once, and pushes the oldest out", () => {
    const six = ["a", "b", "c", "d", "e", "f"].reduce<readonly string[]>(withRecent, []);

    expect(six).toEqual(["f", "e", "d", "c", "b"]);
    expect(withRecent(six, "d")).toEqual(["d", "f", "e", "c", "b"]);
    expect(six).toHaveLength(RECENT_MAX);
  });

  it("is nothing when what was stored makes no sense", () => {
    expect([null, "", "{", "7", '{"a":1}'].map(parseRecent)).toEqual([[], [], [], [], []]);
    expect(parseRecent('["a",7,null,"b"]')).toEqual(["a", "b"]);
  });
});
