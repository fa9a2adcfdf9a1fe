import { readFileSync } from "node:fs";
import { lintFlagDefinition } from "@steadfast/core/flags/lint";
import { parseFlagDefinition } from "@steadfast/core/flags/parse";
import { expect, it } from "vitest";

const GUIDE = readFileSync(new URL("../../../../docs/guides/flags.md", import.meta.url), "utf8");

const rules = [...GUIDE.matchAll(/```json\n([^`]+)```/g)].map((match) => match[1] ?? "");
const conditions = [...GUIDE.matchAll(/`(\{"[^`]+\})`/g)]
  .map((match) => match[1] ?? "")
  .filter((text) => !text.includes("…"));

it.each([...rules, ...conditions.map((condition) => `{"if": [${condition}, "on", null]}`)])(
  "the guide's rule can be written, and nothing about it is odd: %s",
  (text) => {
    const definition = { state: "ENABLED", variants: { on: true, off: false }, targeting: JSON.parse(text) };

    const parsed = parseFlagDefinition(definition);

    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && lintFlagDefinition("new-checkout", parsed.value)).toEqual([]);
  },
);

it("has examples to check", () => {
  expect([rules.length, conditions.length]).toEqual([5, 10]);
});
