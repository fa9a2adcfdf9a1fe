import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

export type SyntaxNode = ReturnType<typeof syntaxTree>["topNode"];
export type TextRange = { readonly from: number; readonly to: number };

/** Where a JSON pointer leads in the text; the deepest place on its way when it leads nowhere. */
export function rangeOfPointer(state: EditorState, pointer: string): TextRange {
  const segments = pointer.split("/").slice(1).map(unescaped);
  let value = firstValue(syntaxTree(state).topNode);
  let marked: TextRange | undefined;
  for (const segment of segments) {
    const next = value && stepInto(state, value, segment);
    if (!next) break;
    value = next.value;
    marked = next.marked;
  }
  return marked ?? (value ? { from: value.from, to: Math.min(value.to, value.from + 1) } : { from: 0, to: 0 });
}

/** The pointer to the innermost value or property name that a position lies in. */
export function pointerAt(state: EditorState, position: number): string {
  const segments: string[] = [];
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, -1);
  while (node) {
    const parent: SyntaxNode | null = node.parent;
    if (node.name === "Property") segments.unshift(escaped(propertyName(state, node)));
    else if (parent?.name === "Array")
      segments.unshift(String(valuesOf(parent).findIndex((each) => each.from === node?.from)));
    node = parent;
  }
  return segments.map((segment) => `/${segment}`).join("");
}

type Step = { readonly value: SyntaxNode | undefined; readonly marked: TextRange };

function stepInto(state: EditorState, value: SyntaxNode, segment: string): Step | undefined {
  if (value.name === "Array") {
    const element = valuesOf(value)[Number(segment)];
    return element && { value: element, marked: rangeOf(element) };
  }
  if (value.name !== "Object") return undefined;
  for (const property of value.getChildren("Property")) {
    if (propertyName(state, property) !== segment) continue;
    const inner = firstValue(property);
    const isSmall = inner && inner.name !== "Object" && inner.name !== "Array";
    const name = property.getChild("PropertyName");
    return { value: inner, marked: rangeOf((isSmall ? inner : name) ?? property) };
  }
  return undefined;
}

/** A node as it stands: its places are getters of its class, which spreading would lose. */
function rangeOf({ from, to }: TextRange): TextRange {
  return { from, to };
}

export function propertyName(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild("PropertyName");
  const text = name ? state.sliceDoc(name.from, name.to) : "";
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

const VALUES = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

function valuesOf(parent: SyntaxNode): readonly SyntaxNode[] {
  const values: SyntaxNode[] = [];
  for (let child = parent.firstChild; child; child = child.nextSibling) if (VALUES.has(child.name)) values.push(child);
  return values;
}

function firstValue(parent: SyntaxNode): SyntaxNode | undefined {
  return valuesOf(parent)[0];
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

function escaped(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}
