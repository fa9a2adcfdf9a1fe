import fc from "fast-check";
import { expect, it } from "vitest";
import { describeChanges } from "./change-words.ts";
import { formatDefinition, formatJson } from "./format-json.ts";
import { diffLines } from "./line-diff.ts";

it("JSON for people is the same JSON, whatever its width", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 120 }), (value, width) => {
      expect(JSON.parse(formatJson(value, width))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("puts what fits on one line, and a definition's fields on lines of their own", () => {
  const text = formatDefinition({ state: "ENABLED", targeting: { if: [{ var: "beta" }, "on"] } });

  expect(text).toBe('{\n  "state": "ENABLED",\n  "targeting": { "if": [{ "var": "beta" }, "on"] }\n}');
});

it("a difference holds both texts, and nothing of it is marked when they are the same", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = diffLines(before.join("\n"), after.join("\n"));

      const textOf = (kind: "added" | "removed") => diff.filter((line) => line.kind !== kind).map((line) => line.text);
      expect(textOf("added")).toEqual(before);
      expect(textOf("removed")).toEqual(after);
      if (before.join() === after.join()) expect(diff.every((line) => line.kind === "same")).toBe(true);
    }),
  );
});

it("says a change in words, and rules as one", () => {
  const changes = [
    { path: "/state", before: "ENABLED", after: "DISABLED" },
    { path: "/defaultVariant", before: "off", after: null },
    { path: "/variants/a~1b", before: undefined, after: 3 },
    { path: "/targeting/if/0", before: 1, after: 2 },
    { path: "/targeting/if/1", before: "on", after: "off" },
  ];

  expect(describeChanges(changes)).toEqual([
    "Switched off",
    "The default went from off to none",
    "Variant a/b was added: 3",
    "The targeting rules changed",
  ]);
});
