import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FlagDefinition } from "./definition.ts";
import { diffDefinitions } from "./diff.ts";

const before: FlagDefinition = {
  state: "ENABLED",
  variants: { on: true, off: false },
  defaultVariant: "off",
  targeting: { if: [{ in: [{ var: "country" }, ["NL", "BE"]] }, "on", null] },
};

describe("diffDefinitions", () => {
  it("names the deepest place that changed, and takes a list of another length as a whole", () => {
    const after: FlagDefinition = {
      state: "DISABLED",
      variants: { on: true, off: false, "a/b": false },
      targeting: { if: [{ in: [{ var: "country" }, ["NL", "BE", "LU"]] }, "on", null] },
    };

    expect(diffDefinitions(before, after)).toEqual([
      { path: "/state", before: "ENABLED", after: "DISABLED" },
      { path: "/variants/a~1b", before: undefined, after: false },
      { path: "/targeting/if/0/in/1", before: ["NL", "BE"], after: ["NL", "BE", "LU"] },
      { path: "/defaultVariant", before: "off", after: undefined },
    ]);
  });

  it("says that everything is new when there was nothing", () => {
    expect(diffDefinitions(undefined, before)).toEqual([{ path: "", before: undefined, after: before }]);
  });

  it("says nothing about equal definitions, and something about any others", () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify({ on: one })), JSON.parse(JSON.stringify({ on: other }))];
        const changes = diffDefinitions({ ...before, variants: a }, { ...before, variants: b });

        expect(changes.length === 0).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});
