import { describe, expect, it } from "vitest";
import { type Condition, describeTargeting, type Rule, type Word } from "./rule-words.ts";

/** A rule as one line of text, for comparing. */
function say(rule: Rule | null): string {
  if (rule === null) return "no rule";
  switch (rule.kind) {
    case "answer":
      return rule.variant ?? "the default";
    case "computed":
      return `computed ${join(rule.words)}`;
    case "first":
      return rule.rules.map(say).join(" | ");
    case "split":
      return `by ${join(rule.by)}: ${rule.arms.map((arm) => `${arm.share} ${say(arm.rule)}`).join(", ")}`;
    case "choice":
      return rule.branches
        .map(({ condition, rule: then }) =>
          condition ? `if ${sayCondition(condition)} → ${say(then)}` : `else ${say(then)}`,
        )
        .join("; ");
  }
}

function sayCondition(condition: Condition): string {
  if (condition.kind === "test") return join(condition.words);
  if (condition.kind === "not") return `not (${sayCondition(condition.part)})`;
  return `(${condition.parts.map(sayCondition).join(condition.kind === "all" ? " and " : " or ")})`;
}

const join = (words: readonly Word[]) => words.map(({ text }) => text).join("");

describe("targeting in words", () => {
  it.each([
    [undefined, "no rule"],
    [{}, "no rule"],
    [
      { if: [{ in: [{ var: "country" }, ["DE", "AT"]] }, "on", null] },
      "if country is one of DE, AT → on; else the default",
    ],
    [{ if: [{ "==": [{ var: "plan" }, "pro"] }, "on"] }, "if plan is pro → on; else the default"],
    [
      { if: [{ and: [{ "!": { var: "staff" } }, { ">=": [{ var: "age" }, 18] }] }, "on", "off"] },
      "if (staff is not set and age is at least 18) → on; else off",
    ],
    [{ if: [{ "!": [{ in: ["@", { var: "email" }] }] }, "on"] }, "if not (email contains @) → on; else the default"],
    [{ if: [{ "<": [1, { var: "n" }, 5] }, "on"] }, "if n lies between 1 and 5 → on; else the default"],
    [
      { if: [{ sem_ver: [{ var: "v" }, ">=", "2.1.0"] }, "on"] },
      "if v is at least version 2.1.0 → on; else the default",
    ],
    [{ if: [{ var: ["plan", "free"] }, "on"] }, "if plan (else free) is set → on; else the default"],
    [
      { fractional: [{ cat: ["f:", { var: "targetingKey" }] }, ["on", 10], ["off", 90]] },
      "by targetingKey: 0.1 on, 0.9 off",
    ],
    [{ fractional: [["a"], ["b"]] }, "by targetingKey: 0.5 a, 0.5 b"],
    [{ or: [{ if: [{ var: "beta" }, "on", null] }, "off"] }, "if beta is set → on; else the default | off"],
    [{ var: "variant" }, "computed variant"],
  ])("says %j", (targeting, words) => {
    expect(say(describeTargeting(targeting))).toBe(words);
  });

  it("gives each part the place that a trace names", () => {
    const rule = describeTargeting({
      if: [{ and: [{ var: "a" }, { "!": { or: [{ var: "b" }, { var: "c" }] } }] }, "on"],
    });

    const [branch, otherwise] = rule?.kind === "choice" ? rule.branches : [];
    expect(branch?.rule.path).toBe("/targeting/if/1");
    expect(otherwise?.rule.path).toBe("/targeting");
    expect(JSON.stringify(branch?.condition)).toContain('"/targeting/if/0/and/1/!/or/1"');
  });

  it("cuts long lists and reads what is nested beyond reading as JSON", () => {
    const list = Array.from({ length: 40 }, (_, index) => `c${index}`);
    let nested: unknown = "on";
    for (let depth = 0; depth < 60; depth += 1) nested = { if: [true, nested] };

    expect(say(describeTargeting({ if: [{ in: [{ var: "c" }, list] }, "on"] }))).toContain("c7 and 32 more");
    expect(say(describeTargeting(nested))).toContain("computed {");
  });
});
