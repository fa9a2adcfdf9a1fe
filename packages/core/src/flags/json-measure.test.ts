import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measureJson, pointer } from "./json-measure.ts";

describe("measureJson", () => {
  it("counts the bytes of compact JSON exactly", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", '"', "\\", "\n", "\v", "\u0001", "é", "漢", "😀", "\ud83d", "\udc00"),
    });
    const json = fc.oneof(fc.jsonValue(), fc.dictionary(text, fc.array(text)));
    fc.assert(
      fc.property(json, (value) => {
        const bytes = Buffer.byteLength(JSON.stringify(value));

        expect(measureJson(value, bytes)).toBeUndefined();
        expect(measureJson(value, bytes - 1)?.message).toMatch(/is larger than/);
      }),
    );
  });
});

describe("pointer", () => {
  it("escapes as RFC 6901 has it, and cuts a key that is too long to show", () => {
    expect(pointer("/a", "b/c~d")).toBe("/a/b~1c~0d");
    expect(pointer("", "x".repeat(300))).toHaveLength(258);
  });
});
