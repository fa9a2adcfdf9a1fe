import { expect, it } from "vitest";
import type { FlagState } from "../api/types.ts";
import { servedBy, servedSentence } from "./served.ts";

function stateOf(definition: Partial<FlagState["definition"]>, share?: number): FlagState {
  return {
    key: "f",
    environment: "production",
    version: 1,
    definition: { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off", ...definition },
    updatedAt: "2026-01-01T00:00:00.000Z",
    updatedBy: { kind: "token", id: "t", name: "Maya" },
    reason: null,
    rolloutId: share === undefined ? null : "rol_1",
    rollout: share === undefined ? null : { id: "rol_1", state: "running", baseline: "off", candidate: "on", share },
    published: null,
    warnings: [],
  };
}

const RULES = { if: [{ var: "beta" }, "on"] };

it.each([
  [stateOf({}), "everybody gets off."],
  [stateOf({ defaultVariant: null }), "everybody gets the code's default."],
  [stateOf({ targeting: RULES }), "rules decide; whoever none of them serves gets off."],
  [stateOf({ targeting: {} }, 0.1), "10 % get on, the rest off."],
  [stateOf({ targeting: RULES }, 0.1), "rules decide first; of whom they leave, 10 % get on, the rest off."],
  [stateOf({}, 0), "only the rollout's own audience gets on, the rest off."],
  [stateOf({}, 1), "everybody gets on."],
  [stateOf({ state: "DISABLED", targeting: RULES }, 0.5), "it is switched off: everybody gets the code's default."],
])("says what is served, and to whom (%#)", (state, sentence) => {
  expect(servedSentence(state)).toBe(sentence);
});

it("tells a false value from a true one, and switched off from both", () => {
  expect(servedBy(stateOf({}))).toEqual({ kind: "one", variant: "off", isNothing: true });
  expect(servedBy(stateOf({ defaultVariant: "on" }))).toEqual({ kind: "one", variant: "on", isNothing: false });
  expect(servedBy(stateOf({ state: "DISABLED" }))).toEqual({ kind: "off" });
});
