import { describe, expect, it } from "vitest";
import { toEvaluationContext, VALUES_MAX } from "./evaluation-context.ts";

describe("toEvaluationContext", () => {
  it("gives a date as its text, and what cannot be text as null", () => {
    const context = { targetingKey: "ann", since: new Date(0), never: new Date(Number.NaN), nested: { run: () => 1 } };

    expect(toEvaluationContext(context)).toEqual({
      targetingKey: "ann",
      since: "1970-01-01T00:00:00.000Z",
      never: null,
      nested: { run: null },
    });
  });

  // Goal: an object of the application that points at itself costs a bounded time, not 2^20 visits.
  it("cuts off objects that point at each other", () => {
    const looks = { count: 0 };
    const parent: Record<string, unknown> = {};
    for (const name of ["left", "right"]) {
      Object.defineProperty(parent, name, {
        enumerable: true,
        get() {
          looks.count += 1;
          return parent;
        },
      });
    }

    toEvaluationContext({ targetingKey: "ann", parent });

    expect(looks.count).toBeLessThanOrEqual(2 * VALUES_MAX);
  });

  it("takes no targeting key from a name that means the prototype", () => {
    const context: unknown = JSON.parse('{"__proto__": {"targetingKey": "eve"}, "nested": {}}');

    expect(toEvaluationContext(context).targetingKey).toBeUndefined();
  });
});
