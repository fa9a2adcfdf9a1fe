import { FlagdCore } from "@openfeature/flagd-core";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDocument, Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

function documentOf(targeting: Json): FlagDocument {
  const names = ["on", "off", "true", "false", "a", "b", "Object", "onnull", "3"];
  const variants = Object.fromEntries(names.map((name) => [name, name]));
  return { flags: { flag: { state: "ENABLED", variants, defaultVariant: "off", targeting } } };
}

/** The variant, or the error's code. */
function ours(targeting: Json, context: EvaluationContext): string {
  const { variant, errorCode } = compileFlagSet(documentOf(targeting)).evaluate("flag", context);
  return variant ?? errorCode ?? "";
}

function flagdCore(targeting: Json, context: EvaluationContext, disableDynamicCodeGeneration: boolean): string {
  const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration });
  core.setConfigurations(JSON.stringify(documentOf(targeting)));
  const { variant, errorCode } = core.resolveStringEvaluation("flag", "", JSON.parse(JSON.stringify(context)), silent);
  return variant ?? errorCode ?? "";
}

// Where an upgrade of flagd-core changes one of these, the list in the documentation changes with it.
describe("known differences from @openfeature/flagd-core 4.0.1", () => {
  it.each<[string, Json, EvaluationContext, string, string, string]>([
    // why, rule, context, ours, flagd-core generating code, flagd-core interpreting
    [
      "UTF-8 bytes are hashed, as Go, Java and Python do",
      { fractional: [{ var: "k" }, ["a", 50], ["b", 50]] },
      { k: "jé2" },
      "b",
      "a",
      "a",
    ],
    ["only own attributes are read", { var: "constructor.name" }, {}, "off", "Object", "Object"],
    [
      "our operators work on elements of a list",
      { some: [{ var: "l" }, { starts_with: [{ var: "" }, "a"] }] },
      { l: ["ab"] },
      "true",
      "GENERAL",
      "GENERAL",
    ],
    ["! of a list looks at the list", { "!": [{ var: "l" }] }, { l: [0] }, "false", "false", "true"],
    ["an absent text joins as nothing", { cat: ["on", { var: "x" }] }, {}, "on", "onnull", "on"],
    [
      "one absent text joins as nothing",
      { if: [{ "===": [{ cat: [{ var: "x" }] }, ""] }, "on", "off"] },
      {},
      "on",
      "off",
      "GENERAL",
    ],
    ["an attribute that is null stays null", { var: ["x", 3] }, { x: null }, "off", "3", "off"],
    ["a text is no list to walk", { all: [{ var: "s" }, true] }, { s: "ab" }, "GENERAL", "GENERAL", "true"],
    ["a list is no number", { if: [{ "+": [{ var: "l" }] }, "on", "off"] }, { l: [1, 2] }, "GENERAL", "GENERAL", "on"],
    [
      "a branch that is not taken does not fail",
      { if: [{ var: "x" }, { "+": ["a"] }, "on"] },
      {},
      "on",
      "PARSE_ERROR",
      "GENERAL",
    ],
  ])("%s", (_, rule, context, our, generating, interpreting) => {
    expect([ours(rule, context), flagdCore(rule, context, false), flagdCore(rule, context, true)]).toEqual([
      our,
      generating,
      interpreting,
    ]);
  });
});
