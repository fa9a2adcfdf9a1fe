import { LIST_LENGTH_MAX, SEARCHED_BY_ENGINE_LENGTH_MAX } from "./limits.ts";
import { type CompileOperator, type Compute, type Scope, spend } from "./logic-expression.ts";
import { isRecord, isTruthy, NOT_A_LIST, NOT_SEARCHABLE, TOO_MUCH_WORK, toText } from "./logic-value.ts";
import { containsText } from "./text-search.ts";

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
  const { list, body, stepsPerElement } = compileIteration(args, scope);
  const { usage } = scope;
  const start = scope.compile(args[2] ?? null).compute;
  return {
    compute: (data, nowMs) => {
      let accumulator = flat(start(data, nowMs));
      for (const current of list(data, nowMs)) {
        // Every operator of the rule may look at all of it.
        spend(usage, stepsPerElement * sizeOf(accumulator));
        accumulator = flat(body({ accumulator, current }, nowMs));
      }
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

/** Characters or elements of a value that is `flat`, and of the texts right inside it. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  let size = 0;
  for (const part of Object.values(value)) size += 1 + (typeof part === "string" ? part.length : 0);
  return size;
}

/** Joins lists and single values into one list. */
export const compileMerge: CompileOperator = (args, scope) => {
  const operands = args.map((arg) => scope.compile(arg).compute);
  const { usage } = scope;
  usage.isMetered = true;
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
      spend(usage, merged.length);
      return merged;
    },
  };
};

/** In a list by identity, in a string as a part of it; nothing is in `null` or `""`. */
export const compileIn: CompileOperator = ([item = null, haystack = null], scope) => {
  const { compute: needle, attribute } = scope.compile(item);
  const { compute, constant } = scope.compile(haystack);
  const { usage } = scope;
  const literal = constant?.value;
  if (Array.isArray(literal)) return { compute: searching(needle, attribute, literal) };
  usage.isMetered = true;

  return {
    compute: (data, nowMs) => {
      const wanted = needle(data, nowMs);
      const searched = compute(data, nowMs);
      if (!searched) return false;
      if (typeof searched === "string") {
        const part = toText(wanted);
        spend(usage, searched.length + part.length);
        return part.length <= SEARCHED_BY_ENGINE_LENGTH_MAX ? searched.includes(part) : containsText(searched, part);
      }
      if (Array.isArray(searched)) {
        spend(usage, searched.length);
        return searched.includes(wanted);
      }
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
  readonly stepsPerElement: number;
} {
  const { usage }: Scope = scope;
  usage.isMetered = true;
  const { compute } = scope.compile(source);
  const sizeBefore = usage.size;
  const body = scope.compileForElement(each).compute;
  const stepsPerElement = 1 + usage.size - sizeBefore;
  const list = (data: unknown, nowMs: number | undefined): readonly unknown[] => {
    const value = compute(data, nowMs);
    if (!value) return [];
    if (!Array.isArray(value)) throw NOT_A_LIST;
    usage.stepsLeft -= value.length * stepsPerElement;
    if (usage.stepsLeft < 0) throw TOO_MUCH_WORK;
    return value;
  };
  return { list, body, stepsPerElement };
}
