import { parseSync } from "@swc/core";

/** A rule that a file breaks: where, and what to do. */
export type Breach = { readonly line: number; readonly message: string };

type Rule = { readonly pattern: RegExp; readonly message: string; readonly appliesTo: (path: string) => boolean };

export const SOURCE_LINES_MAX = 300;
/** A test tells its cases one by one; it may be longer than what it tests. */
const TEST_LINES_MAX = 600;

const isTest = (path: string) => /\.(test|fixture)\.tsx?$/.test(path);
const isGenerated = (path: string) => /(^|\/)api-types\.ts$/.test(path);
const isCode = (path: string) => /\.(ts|tsx|mjs)$/.test(path);
const isCore = (path: string) => path.startsWith("packages/core/src/") && isCode(path) && !isTest(path);
const isServer = (path: string) => path.startsWith("packages/server/src/") && !isTest(path);
/** They name what they refuse. */
const isRuleBook = (path: string) => /^scripts\/(house-rules|tidy\.test)\.ts$/.test(path);

const RULES: readonly Rule[] = [
  {
    pattern: /@ts-(ignore|nocheck|expect-error)/,
    message: "silences the compiler: make the types say what is true",
    appliesTo: isCode,
  },
  {
    pattern: /\b(it|test|describe)\.(only|skip|todo)\b/,
    message: "leaves tests out: run them, or say when with .skipIf(…)",
    appliesTo: isTest,
  },
  {
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    message: "a note to oneself: do it, or open an issue",
    appliesTo: isCode,
  },
  {
    pattern: /(?<![\w.@-])\/(home|Users|root|work)\/\w/,
    message: "a path of somebody's machine",
    appliesTo: () => true,
  },
  {
    pattern: /\bprocess\.env\b/,
    message: "only packages/server/src/environment.ts reads the environment: take what you need as an argument",
    appliesTo: (path) => isServer(path) && path !== "packages/server/src/environment.ts",
  },
  {
    pattern:
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bprocess\.|\bconsole\.|\bfetch\(|\bset(Timeout|Interval)\(/,
    message: "the core has no clock, no chance and no world: take it as an argument",
    appliesTo: isCore,
  },
];

/** Syntax that the house does without, by the parser's name for it. */
const REFUSED_SYNTAX: Readonly<Record<string, string>> = {
  TsAsExpression: "a type assertion: parse at the edge, or narrow",
  TsTypeAssertion: "a type assertion: parse at the edge, or narrow",
  TsNonNullExpression: "a non-null assertion: handle the absent case",
  TsAnyKeyword: "unknown, then narrow",
  TsEnumDeclaration: "an enum cannot be stripped: a union of strings",
  TsParameterProperty: "a parameter property cannot be stripped: a field and an assignment",
  ExportDefaultDeclaration: "a default export: name it",
  ExportDefaultExpression: "a default export: name it",
};

/** Everything that one file breaks. Pure. */
export function findBreaches(path: string, text: string): readonly Breach[] {
  if (isGenerated(path) || isRuleBook(path)) return [];
  return [...findLineBreaches(path, text), ...findLengthBreach(path, text), ...findSyntaxBreaches(path, text)];
}

/** Names that say nothing of what is inside, and names that are not kebab-case. */
export function findNameBreach(path: string): string | undefined {
  if (/(^|\/)(utils?|helpers?|common|managers?|misc|shared)(\/|\.\w+$)/.test(path)) {
    return "call it after what it holds";
  }
  if (/(^|\/)index\.tsx?$/.test(path)) return "a barrel by its name: call it after what it holds";
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (
    /^(packages|examples|e2e|bench|scripts)\/.*\.tsx?$/.test(path) &&
    !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.tsx?$/.test(file)
  ) {
    return "file names are kebab-case";
  }
  return undefined;
}

function findLineBreaches(path: string, text: string): readonly Breach[] {
  const rules = RULES.filter((rule) => rule.appliesTo(path));
  return text
    .split("\n")
    .flatMap((line, index) =>
      rules.filter((rule) => rule.pattern.test(line)).map((rule) => ({ line: index + 1, message: rule.message })),
    );
}

function findLengthBreach(path: string, text: string): readonly Breach[] {
  if (!isCode(path)) return [];
  const lines = text.split("\n").length - 1;
  const max = isTest(path) ? TEST_LINES_MAX : SOURCE_LINES_MAX;
  return lines > max ? [{ line: max, message: `${lines} lines, more than ${max}: two things in one file` }] : [];
}

function findSyntaxBreaches(path: string, text: string): readonly Breach[] {
  if (!/^(packages|examples|e2e|bench|scripts)\/.*\.tsx?$/.test(path) || /\.config\.ts$/.test(path)) return [];
  const module = parseSync(text, { syntax: "typescript", tsx: path.endsWith(".tsx"), target: "es2024" });
  const breaches: Breach[] = [];
  const source = Buffer.from(text);
  visit(module, (node) => {
    const message = REFUSED_SYNTAX[node.type];
    if (message === undefined) return;
    const start = node.start - module.span.start;
    breaches.push({ line: source.subarray(0, start).toString().split("\n").length, message });
  });
  return breaches;
}

/** Walks whatever the parser returned; a node is an object with a `type` and, mostly, a `span`. */
function visit(value: unknown, onNode: (node: { type: string; start: number }) => void, start = 0): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, onNode, start);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const from = spanStart(value) ?? start;
  const type = nodeType(value);
  if (type !== undefined) onNode({ type, start: from });
  for (const child of Object.values(value)) visit(child, onNode, from);
}

/** `any` is a keyword type: its kind says so, not its node type. */
function nodeType(value: object): string | undefined {
  if (!("type" in value) || typeof value.type !== "string") return undefined;
  return value.type === "TsKeywordType" && "kind" in value && value.kind === "any" ? "TsAnyKeyword" : value.type;
}

function spanStart(value: object): number | undefined {
  if (!("span" in value) || typeof value.span !== "object" || value.span === null) return undefined;
  return "start" in value.span && typeof value.span.start === "number" ? value.span.start : undefined;
}
