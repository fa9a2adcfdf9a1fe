import type { Json } from "./definition.ts";
import { TEXT_LENGTH_MAX } from "./limits.ts";
import type { CompileOperator, Compute, Expression } from "./logic-expression.ts";
import { InvalidTargetingError, spend } from "./logic-expression.ts";
import { isRecord, NOT_A_STRING, TOO_MUCH_WORK, toNumber, toText } from "./logic-value.ts";
import { VERSION_COMPARISONS } from "./operators.ts";
import type { SemanticVersion } from "./semantic-version.ts";
import { compareVersions, parseVersion } from "./semantic-version.ts";

/** Joins texts; `null` is nothing. */
export const compileCat: CompileOperator = (args, scope) => {
  const operands = args.map((arg) => scope.compile(arg).compute);
  const { usage } = scope;
  usage.isMetered = true;
  return {
    compute: (data, nowMs) => {
      let joined = "";
      for (const operand of operands) {
        const value = operand(data, nowMs);
        if (value !== null && value !== undefined) joined += toText(value);
        if (joined.length > TEXT_LENGTH_MAX) throw TOO_MUCH_WORK;
      }
      spend(usage, joined.length);
      return joined;
    },
  };
};

/** `{"substr": [text, from, length]}`; negative counts from the end. */
export const compileSubstr: CompileOperator = (args, scope) => {
  const [text, from, length] = args.map((arg) => scope.compile(arg).compute);
  return {
    compute: (data, nowMs) => {
      const whole = text?.(data, nowMs);
      const start = toNumber(from?.(data, nowMs) ?? 0);
      const wanted = length === undefined ? undefined : toNumber(length(data, nowMs));
      if (typeof whole !== "string") throw NOT_A_STRING;

      const rest = whole.slice(start);
      if (wanted === undefined) return rest;
      return wanted < 0 ? rest.slice(0, Math.max(0, rest.length + wanted)) : rest.slice(0, wanted);
    },
  };
};

export const compileStartsWith: CompileOperator = (args, scope) => {
  const { attribute, whole, affix, literal } = compileAffix(args, scope);
  if (attribute !== undefined && literal !== undefined) {
    return {
      compute: (data) => {
        const text = isRecord(data) ? data[attribute] : undefined;
        return typeof text === "string" ? text.startsWith(literal) : null;
      },
    };
  }
  return {
    compute: (data, nowMs) => {
      const [text, start] = [whole(data, nowMs), affix(data, nowMs)];
      return typeof text === "string" && typeof start === "string" ? text.startsWith(start) : null;
    },
  };
};

export const compileEndsWith: CompileOperator = (args, scope) => {
  const { attribute, whole, affix, literal } = compileAffix(args, scope);
  if (attribute !== undefined && literal !== undefined && literal !== "") {
    const last = literal.charCodeAt(literal.length - 1);
    return {
      compute: (data) => {
        const text = isRecord(data) ? data[attribute] : undefined;
        if (typeof text !== "string") return null;
        // Mostly the last character already tells the texts apart.
        return text.charCodeAt(text.length - 1) === last && text.endsWith(literal);
      },
    };
  }
  return {
    compute: (data, nowMs) => {
      const [text, end] = [whole(data, nowMs), affix(data, nowMs)];
      return typeof text === "string" && typeof end === "string" ? text.endsWith(end) : null;
    },
  };
};

/** Both answer `null` unless text and affix are strings. Mostly they are an attribute and a literal. */
function compileAffix(...[[text = null, affix = null], scope]: Parameters<CompileOperator>): {
  readonly attribute: string | undefined;
  readonly literal: string | undefined;
  readonly whole: Compute;
  readonly affix: Compute;
} {
  const whole = scope.compile(text);
  const part = scope.compile(affix);
  const literal = part.constant?.value;
  return {
    attribute: whole.attribute,
    literal: typeof literal === "string" ? literal : undefined,
    whole: whole.compute,
    affix: part.compute,
  };
}

/** `{"sem_ver": [{"var": "version"}, ">=", "1.2.0"]}`; `null` when either is no version. */
export const compileSemVer: CompileOperator = ([left = null, comparison, right = null], scope) => {
  if (typeof comparison !== "string" || !VERSION_COMPARISONS.has(comparison)) {
    throw new InvalidTargetingError('"sem_ver" compares by one of =, !=, <, <=, >, >=, ^, ~');
  }
  const holds = versionTest(comparison);
  const one = compileVersion(scope.compile(left));
  const other = compileVersion(scope.compile(right));
  return {
    compute: (data, nowMs) => {
      const version = one(data, nowMs);
      const bound = other(data, nowMs);
      return version === undefined || bound === undefined ? null : holds(version, bound);
    },
  };
};

function compileVersion({
  compute,
  constant,
}: Expression): (...args: Parameters<Compute>) => SemanticVersion | undefined {
  if (constant !== undefined) {
    const version = versionOf(constant.value);
    return () => version;
  }
  return (data, nowMs) => versionOf(compute(data, nowMs));
}

function versionOf(value: Json | unknown): SemanticVersion | undefined {
  return parseVersion(toText(value));
}

function versionTest(comparison: string): (version: SemanticVersion, bound: SemanticVersion) => boolean {
  switch (comparison) {
    case "=":
      return (version, bound) => compareVersions(version, bound) === 0;
    case "!=":
      return (version, bound) => compareVersions(version, bound) !== 0;
    case "<":
      return (version, bound) => compareVersions(version, bound) < 0;
    case "<=":
      return (version, bound) => compareVersions(version, bound) <= 0;
    case ">":
      return (version, bound) => compareVersions(version, bound) > 0;
    case ">=":
      return (version, bound) => compareVersions(version, bound) >= 0;
    case "^":
      return (version, bound) => version.major === bound.major;
    default:
      return (version, bound) => version.major === bound.major && version.minor === bound.minor;
  }
}
