import { describe, expect, it } from "vitest";
import type { Json } from "../flags/definition.ts";
import { resolveGuard, resolveStages } from "./plan.ts";
import { planRollout } from "./prospect.ts";

function isShareChecked(targeting: Json | undefined): boolean {
  const guard = resolveGuard({ signals: [{ name: "errors", kind: "failure-rate" }] });
  const stages = resolveStages([{ share: 0.1 }, { share: 1 }]);
  if (!guard.ok || !stages.ok) throw new Error("not a rollout");
  const definition = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" } as const;
  return planRollout(
    { guard: guard.value, stages: stages.value },
    { ...definition, ...(targeting === undefined ? {} : { targeting }) },
    {},
  ).isShareChecked;
}

describe("the plan of a rollout", () => {
  it("watches for a wrong share where the flag has no rule, however it says so", () => {
    expect([undefined, null, {}].map(isShareChecked)).toEqual([true, true, true]);
  });

  it("does not where the flag's own rule picks people", () => {
    expect(isShareChecked({ if: [{ "==": [{ var: "country" }, "ch"] }, "on", null] })).toBe(false);
  });
});
