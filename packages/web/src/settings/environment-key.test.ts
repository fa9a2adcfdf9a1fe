import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultOfKey, keyOfName } from "./environment-key.ts";

describe("an environment's key", () => {
  it("is proposed from the name", () => {
    expect(keyOfName("Pre-production (EU)")).toBe("pre-production-eu");
    expect(keyOfName("Qualität 2")).toBe("qualitat-2");
    expect(keyOfName("42 things")).toBe("things");
    expect(keyOfName("検証")).toBe("");
  });

  it("that is proposed is one that the server takes, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 120 }), (name) => {
        const key = keyOfName(name);

        expect(key === "" || faultOfKey(key, []) === undefined).toBe(true);
      }),
    );
  });

  it("is told what is wrong with it before the server says so", () => {
    expect(["", "2nd", "a b", "production", "a".repeat(41)].map((key) => faultOfKey(key, ["production"]))).toEqual([
      expect.stringContaining("Give it a key"),
      expect.stringContaining("small letter"),
      expect.stringContaining("dashes only"),
      expect.stringContaining("already"),
      expect.stringContaining("40"),
    ]);
  });
});
