import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { EditorView } from "@codemirror/view";
import { pointerAt, propertyName, type SyntaxNode } from "./pointer-range.ts";

export type Vocabulary = {
  /** Variants of the flag as it is stored; those of the text are added. */
  readonly variants: readonly string[];
  /** Attributes that targeting looks at anywhere in the environment. */
  readonly contextKeys: readonly string[];
};

/** Operators of the targeting schema, each with what it does and how its operand begins. */
const OPERATORS: readonly (readonly [name: string, meaning: string, operand?: string])[] = [
  ["if", "condition, then, …, else"],
  ["var", "an attribute of the context", '""'],
  ["in", "is one of a list, or part of a text"],
  ["==", "equal"],
  ["===", "equal, of the same kind"],
  ["!=", "not equal"],
  ["!==", "not equal, or of another kind"],
  ["<", "below; with three, between"],
  ["<=", "at most"],
  [">", "above"],
  [">=", "at least"],
  ["and", "all are true"],
  ["or", "any is true; else the last"],
  ["!", "is not set"],
  ["!!", "is set"],
  ["starts_with", "the text begins so"],
  ["ends_with", "the text ends so"],
  ["sem_ver", "compare versions: =, !=, <, <=, >, >=, ^, ~"],
  ["fractional", "share people out by a hash: [variant, weight], …"],
  ["cat", "join texts"],
  ["substr", "a part of a text"],
  ["some", "any element meets a condition"],
  ["all", "every element meets it"],
  ["none", "no element meets it"],
  ["missing", "attributes that are not there"],
  ["missing_some", "fewer than so many are there"],
  ["map", "each element computed"],
  ["filter", "elements that meet a condition"],
  ["reduce", "a list made one value"],
  ["merge", "lists joined"],
  ["max", "the largest"],
  ["min", "the smallest"],
  ["+", "sum"],
  ["-", "difference"],
  ["*", "product"],
  ["/", "quotient"],
  ["%", "remainder"],
];

const FIELDS: readonly (readonly [name: string, meaning: string, operand?: string])[] = [
  ["state", "ENABLED or DISABLED", '"ENABLED"'],
  ["variants", "what it can answer, by name", "{}"],
  ["defaultVariant", "whom no rule serves", '""'],
  ["targeting", "rules", "{}"],
  ["metadata", "notes", "{}"],
];

const VERSION_COMPARISONS = ["=", "!=", "<", "<=", ">", ">=", "^", "~"];
const PROVIDED = ["targetingKey", "$flagd.flagKey", "$flagd.timestamp"];

/** Completes a flag's definition by its schema: fields, operators, attributes and variants, each where it may stand. */
export function completeDefinition(context: CompletionContext, vocabulary: Vocabulary): CompletionResult | null {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  const place = pointerAt(context.state, context.pos);
  if (node.name === "PropertyName") return propertyCompletions(context, node, place);
  if (node.name !== "String") return null;
  const options = valuesFor(context, node, place, vocabulary);
  if (options.length === 0) return null;
  return { from: node.from + 1, to: Math.max(node.from + 1, node.to - 1), options, validFor: /^[^"]*$/ };
}

function propertyCompletions(context: CompletionContext, node: SyntaxNode, place: string): CompletionResult | null {
  const depth = place.split("/").length - 1;
  const known = depth <= 1 ? FIELDS : place.startsWith("/targeting/") ? OPERATORS : [];
  if (known.length === 0) return null;
  const after = context.state.sliceDoc(node.to, node.to + 10);
  const isNamed = /^\s*:/.test(after);
  const options = known.map(([label, detail, operand = "[]"], index): Completion => {
    const completion: Completion = { label, detail, type: depth <= 1 ? "property" : "keyword", boost: -index };
    return isNamed ? completion : { ...completion, apply: insertingProperty(node, label, operand) };
  });
  return { from: node.from + 1, to: Math.max(node.from + 1, node.to - 1), options, validFor: /^[^"]*$/ };
}

/** Writes name, colon and operand, and puts the cursor into the operand. */
function insertingProperty(node: SyntaxNode, name: string, operand: string): NonNullable<Completion["apply"]> {
  return (view: EditorView) => {
    const typed = syntaxTree(view.state).resolveInner(node.from, 1);
    const insert = `${JSON.stringify(name)}: ${operand}`;
    const cursor = node.from + insert.length - 1;
    view.dispatch({
      changes: { from: node.from, to: Math.max(typed.to, node.from + 1), insert },
      selection: { anchor: cursor },
      userEvent: "input.complete",
    });
  };
}

function valuesFor(
  context: CompletionContext,
  node: SyntaxNode,
  place: string,
  vocabulary: Vocabulary,
): readonly Completion[] {
  if (place === "/state") return [{ label: "ENABLED" }, { label: "DISABLED" }];
  if (place === "/defaultVariant") return variantOptions(context, vocabulary);
  if (!place.startsWith("/targeting/")) return [];
  if (/\/var(\/0)?$/.test(place) || /\/missing(\/\d+)?$/.test(place) || /\/missing_some\/1\/\d+$/.test(place)) {
    return attributeOptions(vocabulary);
  }
  if (/\/sem_ver\/1$/.test(place)) return VERSION_COMPARISONS.map((label) => ({ label }));
  const parent = node.parent;
  return parent?.name === "Array" || parent?.name === "Property" ? variantOptions(context, vocabulary) : [];
}

function attributeOptions({ contextKeys }: Vocabulary): readonly Completion[] {
  const names = new Set([...contextKeys, ...PROVIDED]);
  return [...names].map((label, index) => ({ label, type: "variable", boost: -Math.min(index, 99) }));
}

/** Those that the text itself names: it may just have got another. */
function variantOptions({ state }: CompletionContext, { variants }: Vocabulary): readonly Completion[] {
  const names = new Set(variants);
  const root = syntaxTree(state).topNode.getChild("Object");
  for (const property of root?.getChildren("Property") ?? []) {
    if (propertyName(state, property) !== "variants") continue;
    for (const variant of property.getChild("Object")?.getChildren("Property") ?? []) {
      names.add(propertyName(state, variant));
    }
  }
  return [...names].map((label) => ({ label, type: "enum", detail: "variant" }));
}
