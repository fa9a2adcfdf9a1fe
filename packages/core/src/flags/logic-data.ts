import type { Json } from "./definition.ts";
import type { CompileOperator, Compute, Expression, Scope } from "./logic-expression.ts";
import { InvalidTargetingError } from "./logic-expression.ts";
import { isRecord } from "./logic-value.ts";

const FLAGD = "$flagd";
const MS_PER_SECOND = 1000;

/** `{"var": "user.plan"}`, `{"var": ["user.plan", "free"]}`. Only own attributes are seen: `constructor` is `null`. */
export const compileVar: CompileOperator = ([path, fallback = null], scope) => {
  if (typeof path !== "string" && typeof path !== "number") {
    throw new InvalidTargetingError('"var" needs the name of an attribute as a string');
  }
  const missing = scope.compile(fallback);
  const read = compileRead(String(path), scope);
  if (missing.constant?.value === null) return read;

  const { compute } = missing;
  return {
    compute: (data, nowMs) => {
      const otherwise = compute(data, nowMs);
      const value = read.compute(data, nowMs);
      // An attribute that is there and null stays null, as in json-logic-js.
      return value === null && !read.isPresent(data) ? otherwise : value;
    },
  };
};

type Read = Expression & { readonly isPresent: (data: unknown) => boolean };

function compileRead(path: string, scope: Scope): Read {
  const segments = splitPath(path);
  const [first, ...rest] = segments;

  if (scope.isContext && (first === undefined || first === FLAGD)) return compileInjected(first, rest, scope);
  if (first === undefined) return { compute: (data) => data ?? null, isPresent: () => true };

  const isPresent = (data: unknown) => follow(data, segments) !== undefined;
  if (rest.length > 0) return { compute: (data) => plain(follow(data, segments)), isPresent };
  if (first in Object.prototype || !scope.isContext) return { compute: (data) => plain(own(data, first)), isPresent };
  return {
    compute: (data) => {
      const value = isRecord(data) ? data[first] : undefined;
      return value === undefined || typeof value === "function" ? null : value;
    },
    isPresent,
    attribute: first,
  };
}

/** What flagd puts into the context: `$flagd.flagKey` and `$flagd.timestamp`, in seconds. */
function compileInjected(first: string | undefined, rest: readonly string[], scope: Scope): Read {
  const { flagKey, usage } = scope;
  const isPresent = () => true;
  const [name] = rest;

  if (first !== undefined && name === "flagKey") {
    return {
      compute: () => (rest.length === 1 ? flagKey : null),
      constant: { value: rest.length === 1 ? flagKey : null },
      isPresent,
    };
  }
  usage.readsTime = true;
  if (first !== undefined && name === "timestamp") {
    return { compute: (_, nowMs) => (rest.length === 1 ? toSeconds(nowMs) : null), isPresent };
  }
  const injected = (nowMs: number | undefined) => ({ flagKey, timestamp: toSeconds(nowMs) });
  if (first === undefined) {
    return { compute: (data, nowMs) => ({ ...(isRecord(data) ? data : {}), [FLAGD]: injected(nowMs) }), isPresent };
  }
  return { compute: (_, nowMs) => (rest.length === 0 ? injected(nowMs) : null), isPresent: () => rest.length === 0 };
}

function toSeconds(nowMs: number | undefined): number | null {
  return nowMs === undefined ? null : Math.floor(nowMs / MS_PER_SECOND);
}

/** Splits at dots; `\.` is a dot in a name, `\\` a backslash. A path of nothing but dots has one name fewer. */
export function splitPath(path: string): readonly string[] {
  const segments: string[] = [];
  let segment = "";

  for (let index = 0; index < path.length; index++) {
    const character = path.charAt(index);
    const next = path.charAt(index + 1);
    if (character === "\\" && (next === "." || next === "/" || next === "\\")) {
      segment += next;
      index++;
    } else if (character === ".") {
      segments.push(segment);
      segment = "";
    } else {
      segment += character;
    }
  }
  if (segments.length !== path.length) segments.push(segment);
  return segments;
}

function own(data: unknown, name: string): unknown {
  if (data === null || data === undefined || !Object.hasOwn(Object(data), name)) return undefined;
  if (isRecord(data)) return data[name];
  if (typeof data !== "string") return undefined;
  return name === "length" ? data.length : data[Number(name)];
}

function follow(data: unknown, segments: readonly string[]): unknown {
  let value = data;
  for (const segment of segments) value = own(value, segment);
  return value;
}

function plain(value: unknown): unknown {
  return value === undefined || typeof value === "function" ? null : value;
}

function asNames(args: Json | undefined): readonly string[] {
  if (!Array.isArray(args)) throw new InvalidTargetingError('"missing" and "missing_some" need a list of names');
  return args.map((name: Json) => {
    if (typeof name !== "string") throw new InvalidTargetingError("a name of an attribute must be a string");
    return name;
  });
}

/** Names that are absent; an attribute that is `null` or `""` is there. */
function compileMissingNames(names: readonly string[], scope: Scope): (data: unknown) => readonly string[] {
  scope.usage.size += names.length;
  const wanted = names
    .map((name) => ({ name, segments: splitPath(name) }))
    .filter(({ segments }) => !(scope.isContext && segments[0] === FLAGD));
  return (data) => wanted.filter(({ segments }) => isMissing(data, segments)).map(({ name }) => name);
}

function isMissing(data: unknown, segments: readonly string[]): boolean {
  let value = data;
  for (const segment of segments) {
    if (!value) return true;
    value = own(value, segment);
    if (value === undefined) return true;
  }
  return false;
}

export const compileMissing: CompileOperator = (args, scope) => {
  const missingNames = compileMissingNames(asNames(args), scope);
  return { compute: (data) => missingNames(data) };
};

/** `{"missing_some": [1, ["email", "phone"]]}`: nothing is missing when at least that many are there. */
export const compileMissingSome: CompileOperator = ([needed, list], scope) => {
  if (typeof needed !== "number") throw new InvalidTargetingError('"missing_some" needs a number and a list of names');
  const names = asNames(list);
  const missingNames = compileMissingNames(names, scope);
  const none: readonly string[] = [];
  const compute: Compute = (data) => {
    const missing = missingNames(data);
    return names.length - missing.length >= needed ? none : missing;
  };
  return { compute };
};
