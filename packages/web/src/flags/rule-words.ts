/** JSONLogic in plain words. Every part knows its JSON pointer into the definition, so that a trace can be shown on it. */

export type Word = { readonly text: string; readonly tone: "plain" | "attribute" | "value" };

export type Condition =
  | { readonly kind: "test"; readonly path: string; readonly words: readonly Word[] }
  | { readonly kind: "all" | "any"; readonly path: string; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly path: string; readonly part: Condition };

export type Rule =
  /** `variant` null: the default. */
  | { readonly kind: "answer"; readonly path: string; readonly variant: string | null }
  | { readonly kind: "choice"; readonly path: string; readonly branches: readonly Branch[] }
  | { readonly kind: "split"; readonly path: string; readonly by: readonly Word[]; readonly arms: readonly Arm[] }
  /** The first that answers anything. */
  | { readonly kind: "first"; readonly path: string; readonly rules: readonly Rule[] }
  | { readonly kind: "computed"; readonly path: string; readonly words: readonly Word[] };

export type Branch = { readonly condition: Condition | null; readonly rule: Rule };
export type Arm = {
  readonly path: string;
  /** 0..1; `null`: the weights are computed. */
  readonly share: number | null;
  readonly rule: Rule;
};

/** A literal list longer than this is cut in words; the JSON beside it shows all. */
const LIST_SHOWN_MAX = 8;
/** Nesting beyond this is shown as JSON: nobody reads words that deep. */
const DEPTH_MAX = 12;

/** @returns `null` when there is no targeting */
export function describeTargeting(targeting: unknown): Rule | null {
  if (!isObject(targeting) || Object.keys(targeting).length === 0) return null;
  return describeRule(targeting, "/targeting", 0);
}

function describeRule(logic: unknown, path: string, depth: number): Rule {
  if (logic === null || logic === undefined) return { kind: "answer", path, variant: null };
  if (!isObject(logic)) {
    return Array.isArray(logic)
      ? { kind: "computed", path, words: [value(logic)] }
      : { kind: "answer", path, variant: String(logic) };
  }
  const [operator, args] = operation(logic);
  const at = `${path}/${escaped(operator)}`;
  if (depth > DEPTH_MAX) return { kind: "computed", path, words: [json(logic)] };
  if (operator === "if") return describeIf(args, path, at, depth);
  if (operator === "or") {
    return { kind: "first", path, rules: args.map((arg, index) => describeRule(arg, `${at}/${index}`, depth + 1)) };
  }
  if (operator === "fractional") return describeSplit(args, at, depth);
  return { kind: "computed", path, words: describeValue(logic) };
}

function describeIf(args: readonly unknown[], path: string, at: string, depth: number): Rule {
  const branches: Branch[] = [];
  for (let index = 0; index + 1 < args.length; index += 2) {
    branches.push({
      condition: describeCondition(args[index], `${at}/${index}`, depth + 1),
      rule: describeRule(args[index + 1], `${at}/${index + 1}`, depth + 1),
    });
  }
  const isElseGiven = args.length % 2 === 1;
  const otherwise: Rule = isElseGiven
    ? describeRule(args.at(-1), `${at}/${args.length - 1}`, depth + 1)
    : { kind: "answer", path, variant: null };
  return branches.length === 0
    ? otherwise
    : { kind: "choice", path, branches: [...branches, { condition: null, rule: otherwise }] };
}

function describeSplit(args: readonly unknown[], at: string, depth: number): Rule {
  const isKeyed = !Array.isArray(args[0]);
  const arms = isKeyed ? args.slice(1) : args;
  const weights = arms.map((arm) => (Array.isArray(arm) ? (arm[1] ?? 1) : 1));
  const numbers = weights.filter((weight) => typeof weight === "number");
  const total = numbers.length === weights.length ? numbers.reduce((sum, weight) => sum + Math.max(0, weight), 0) : 0;
  return {
    kind: "split",
    path: at,
    by: isKeyed ? describeBucketKey(args[0]) : [attribute("targetingKey")],
    arms: arms.map((arm, index) => {
      const place = `${at}/${index + (isKeyed ? 1 : 0)}/0`;
      const weight = numbers[index] ?? 0;
      const share = total > 0 ? Math.max(0, weight) / total : null;
      return { path: place, share, rule: describeRule(Array.isArray(arm) ? arm[0] : arm, place, depth + 1) };
    }),
  };
}

/** Salted keys join texts and attributes: what tells people apart are the attributes. */
function describeBucketKey(key: unknown): readonly Word[] {
  const [operator, args] = operation(key);
  if (operator === "var") return describeValue(key);
  const attributes = operator === "cat" ? args.filter((arg) => operation(arg)[0] === "var") : [];
  if (attributes.length === 0) return describeValue(key);
  return joined(attributes.map(describeValue), " and ");
}

function describeCondition(logic: unknown, path: string, depth: number): Condition {
  const [operator, args, isBare] = operation(logic);
  const at = `${path}/${escaped(operator)}`;
  if (depth <= DEPTH_MAX && (operator === "and" || operator === "or") && args.length > 1) {
    const parts = args.map((arg, index) => describeCondition(arg, `${at}/${index}`, depth + 1));
    return { kind: operator === "and" ? "all" : "any", path, parts };
  }
  if (depth <= DEPTH_MAX && operator === "!" && isCompound(args[0])) {
    return { kind: "not", path, part: describeCondition(args[0], isBare ? at : `${at}/0`, depth + 1) };
  }
  return { kind: "test", path, words: describeTest(logic) };
}

function isCompound(logic: unknown): boolean {
  return operation(logic)[0] !== "var";
}

const COMPARISONS: Readonly<Record<string, string>> = {
  "==": "is",
  "===": "is exactly",
  "!=": "is not",
  "!==": "is not exactly",
  "<": "is below",
  "<=": "is at most",
  ">": "is above",
  ">=": "is at least",
};

function describeTest(logic: unknown): readonly Word[] {
  if (typeof logic === "boolean") return [plain(logic ? "always" : "never")];
  const [operator, args] = operation(logic);
  const [first, second, third] = args;
  const comparison = COMPARISONS[operator];
  if (comparison && args.length === 2)
    return [...describeValue(first), plain(` ${comparison} `), ...describeValue(second)];
  if (operator === "<" || operator === "<=") {
    const edge = operator === "<" ? " lies between " : " lies from ";
    const upTo = operator === "<" ? " and " : " to ";
    return [...describeValue(second), plain(edge), ...describeValue(first), plain(upTo), ...describeValue(third)];
  }
  switch (operator) {
    case "var":
      return [...describeValue(logic), plain(" is set")];
    case "!!":
      return [...describeValue(first), plain(" is set")];
    case "!":
      return [...describeValue(first), plain(" is not set")];
    case "in":
      return describeIn(first, second);
    case "starts_with":
      return [...describeValue(first), plain(" starts with "), ...describeValue(second)];
    case "ends_with":
      return [...describeValue(first), plain(" ends with "), ...describeValue(second)];
    case "sem_ver":
      return describeVersion(args);
    case "missing":
      return [plain("any is missing of "), ...names(args)];
    case "missing_some":
      return [
        plain("fewer than "),
        value(first),
        plain(" are there of "),
        ...names(Array.isArray(second) ? second : []),
      ];
    case "some":
    case "all":
    case "none":
      return describeElements(operator, first, second);
    default:
      return describeValue(logic);
  }
}

function describeIn(needle: unknown, haystack: unknown): readonly Word[] {
  const isList = Array.isArray(haystack);
  if (isList) return [...describeValue(needle), plain(" is one of "), ...listed(haystack)];
  return [...describeValue(haystack), plain(" contains "), ...describeValue(needle)];
}

const VERSION_WORDS: Readonly<Record<string, string>> = {
  "=": "is version",
  "!=": "is not version",
  "<": "is older than",
  "<=": "is at most version",
  ">": "is newer than",
  ">=": "is at least version",
  "^": "has the major version of",
  "~": "has the minor version of",
};

function describeVersion([left, comparison, right]: readonly unknown[]): readonly Word[] {
  const words = VERSION_WORDS[String(comparison)] ?? String(comparison);
  return [...describeValue(left), plain(` ${words} `), ...describeValue(right)];
}

function describeElements(operator: "some" | "all" | "none", list: unknown, test: unknown): readonly Word[] {
  const which = { some: "an element of ", all: "every element of ", none: "no element of " }[operator];
  return [plain(which), ...describeValue(list), plain(" has: "), ...describeTest(test)];
}

function describeValue(logic: unknown): readonly Word[] {
  if (Array.isArray(logic)) return listed(logic);
  if (!isObject(logic)) return [value(logic)];
  const [operator, args] = operation(logic);
  if (operator === "var") return describeVar(args);
  if (operator === "cat") return joined(args.map(describeValue), " + ");
  return [json(logic)];
}

const PROVIDED: Readonly<Record<string, string>> = {
  "": "the element",
  "$flagd.flagKey": "the flag's key",
  "$flagd.timestamp": "the time in seconds",
};

function describeVar([name, fallback]: readonly unknown[]): readonly Word[] {
  const text = PROVIDED[String(name)] ?? String(name);
  const words = [attribute(text)];
  return fallback === undefined ? words : [...words, plain(" (else "), ...describeValue(fallback), plain(")")];
}

function listed(list: readonly unknown[]): readonly Word[] {
  const shown = joined(list.slice(0, LIST_SHOWN_MAX).map(describeValue), ", ");
  const rest = list.length - LIST_SHOWN_MAX;
  return rest > 0 ? [...shown, plain(` and ${rest} more`)] : shown;
}

function names(list: readonly unknown[]): readonly Word[] {
  return joined(
    list.map((name) => [attribute(String(name))]),
    ", ",
  );
}

function joined(parts: readonly (readonly Word[])[], between: string): readonly Word[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [plain(between), ...part]));
}

function plain(text: string): Word {
  return { text, tone: "plain" };
}

function attribute(text: string): Word {
  return { text, tone: "attribute" };
}

/** Texts stand without quotes unless they would not be seen. */
function value(given: unknown): Word {
  const isVisible = typeof given === "string" && given.trim() !== "";
  return { text: isVisible ? given : (JSON.stringify(given) ?? "nothing"), tone: "value" };
}

function json(logic: unknown): Word {
  return { text: JSON.stringify(logic) ?? "nothing", tone: "value" };
}

/** The one operator of an object with its arguments; `""` for anything else. */
function operation(logic: unknown): readonly [operator: string, args: readonly unknown[], isBare: boolean] {
  if (!isObject(logic)) return ["", [], false];
  const [entry] = Object.entries(logic);
  if (entry === undefined) return ["", [], false];
  const [operator, operand] = entry;
  return Array.isArray(operand) ? [operator, operand, false] : [operator, [operand], true];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function escaped(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}
