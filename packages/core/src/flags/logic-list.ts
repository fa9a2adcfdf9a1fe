import { LIST_LENGTH_MAX } from "./limits.ts";
import type { CompileOperator, Compute, Scope } from "./logic-expression.ts";
import { isRecord, isTruthy, NOT_A_LIST, NOT_SEARCHABLE, TOO_MUCH_WORK, toText } from "./logic-value.ts";

/** A literal list longer than this is searched by hash instead of one by one. */
const SEARCHED_ONE_BY_ONE_MAX = 8;

export const compileMap: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  return { compute: (data, nowMs) => list(data, nowMs).map((element) => body(element, nowMs)) };
};

export const compileFilter: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  return { compute: (data, nowMs) => list(data, nowMs).filter((element) => isTruthy(body(element, nowMs))) };
};

/** False for an empty list. */
export const compileEvery: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  return {
    compute: (data, nowMs) => {
      const elements = list(data, nowMs);
      return elements.length > 0 && elements.every((element) => isTruthy(body(element, nowMs)));
    },
  };
};

export const compileSome: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  return { compute: (data, nowMs) => list(data, nowMs).some((element) => isTruthy(body(element, nowMs))) };
};

export const compileNone: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  return { compute: (data, nowMs) => !list(data, nowMs).some((element) => isTruthy(body(element, nowMs))) };
};

/** The body sees `current` and `accumulator`. */
export const compileReduce: CompileOperator = (args, scope) => {
  const { list, body } = compileIteration(args, scope);
  const start = scope.compile(args[2] ?? null).compute;
  return {
    compute: (data, nowMs) => {
      let accumulator = flat(start(data, nowMs));
      for (const current of list(data, nowMs)) accumulator = flat(body({ accumulator, current }, nowMs));
      return accumulator;
    },
  };
};

/** An accumulator holds no lists or objects inside a list or object: a rule cannot build a growing tree. */
function flat(accumulator: unknown): unknown {
  if (typeof accumulator !== "object" || accumulator === null) return accumulator;
  for (const part of Object.values(accumulator)) if (typeof part === "object" && part !== null) throw TOO_MUCH_WORK;
  return accumulator;
}

/** Joins lists and single values into one list. */
export const compileMerge: CompileOperator = (args, scope) => {
  const operands = args.map((arg) => scope.compile(arg).compute);
  return {
    compute: (data, nowMs) => {
      const merged: unknown[] = [];
      for (const operand of operands) {
        const value = operand(data, nowMs);
        const added = Array.isArray(value) ? value.length : 1;
        if (merged.length + added > LIST_LENGTH_MAX) throw TOO_MUCH_WORK;
        if (Array.isArray(value)) for (const element of value) merged.push(element);
        else merged.push(value);
      }
      return merged;
    },
  };
};

/** In a list by identity, in a string as a part of it; nothing is in `null` or `""`. */
export const compileIn: CompileOperator = ([item = null, haystack = null], scope) => {
  const { compute: needle, attribute } = scope.compile(item);
  const { compute, constant } = scope.compile(haystack);
  const literal = constant?.value;
  if (Array.isArray(literal)) return { compute: searching(needle, attribute, literal) };

  return {
    compute: (data, nowMs) => {
      const wanted = needle(data, nowMs);
      const searched = compute(data, nowMs);
      if (!searched) return false;
      if (typeof searched === "string") return searched.includes(toText(wanted));
      if (Array.isArray(searched)) return searched.includes(wanted);
      throw NOT_SEARCHABLE;
    },
  };
};

function searching(needle: Compute, attribute: string | undefined, elements: readonly unknown[]): Compute {
  if (elements.length > SEARCHED_ONE_BY_ONE_MAX) {
    const set = new Set(elements);
    return (data, nowMs) => set.has(needle(data, nowMs));
  }
  if (attribute === undefined) return (data, nowMs) => elements.includes(needle(data, nowMs));
  return (data, nowMs) => {
    const value = isRecord(data) ? data[attribute] : undefined;
    const wanted = typeof value === "string" ? value : needle(data, nowMs);
    for (let index = 0; index < elements.length; index++) if (elements[index] === wanted) return true;
    return false;
  };
}

/** A list whose elements the body sees one by one, counted against what an evaluation may do. */
function compileIteration(...[[source = null, each = null], scope]: Parameters<CompileOperator>): {
  readonly list: (data: unknown, nowMs: number | undefined) => readonly unknown[];
  readonly body: Compute;
} {
  const { usage }: Scope = scope;
  usage.iterates = true;
  const { compute } = scope.compile(source);
  const list = (data: unknown, nowMs: number | undefined): readonly unknown[] => {
    const value = compute(data, nowMs);
    if (!value) return [];
    if (!Array.isArray(value)) throw NOT_A_LIST;
    usage.iterationsLeft -= value.length;
    if (usage.iterationsLeft < 0) throw TOO_MUCH_WORK;
    return value;
  };
  return { list, body: scope.compileForElement(each).compute };
}
