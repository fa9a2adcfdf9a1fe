import type { CompileOperator, Compute } from "./logic-expression.ts";
import { NOT_A_NUMBER, toNumber } from "./logic-value.ts";

export const compileAdd: CompileOperator = (args, scope) => {
  const operands = compileAll(args, scope);
  return {
    compute: (data, nowMs) => {
      let sum = 0;
      for (const operand of operands) sum += toNumber(operand(data, nowMs));
      return finished(sum);
    },
  };
};

export const compileMultiply: CompileOperator = (args, scope) => {
  const operands = compileAll(args, scope);
  return {
    compute: (data, nowMs) => {
      let product = 1;
      for (const operand of operands) product *= toNumber(operand(data, nowMs));
      return finished(product);
    },
  };
};

/** With one operand its negative. */
export const compileSubtract: CompileOperator = (args, scope) => {
  const [first, ...rest] = compileAll(args, scope);
  return {
    compute: (data, nowMs) => {
      let difference = toNumber(first?.(data, nowMs));
      if (rest.length === 0) return -difference;
      for (const operand of rest) difference -= toNumber(operand(data, nowMs));
      return finished(difference);
    },
  };
};

/** Dividing by 0 is a fault. */
export const compileDivide: CompileOperator = (args, scope) => {
  const [dividend, divisor] = compileAll(args, scope);
  return {
    compute: (data, nowMs) => {
      const quotient = toNumber(dividend?.(data, nowMs)) / toNumber(divisor?.(data, nowMs));
      if (!Number.isFinite(quotient)) throw NOT_A_NUMBER;
      return quotient;
    },
  };
};

export const compileRemainder: CompileOperator = (args, scope) => {
  const [dividend, divisor] = compileAll(args, scope);
  return {
    compute: (data, nowMs) => finished(toNumber(dividend?.(data, nowMs)) % toNumber(divisor?.(data, nowMs))),
  };
};

export const compileMax: CompileOperator = (args, scope) => choosing((value, best) => value > best, args, scope);
export const compileMin: CompileOperator = (args, scope) => choosing((value, best) => value < best, args, scope);

/** `max` and `min` take numbers only: a text that reads as a number is a fault. */
function choosing(
  isBetter: (value: number, best: number) => boolean,
  ...[args, scope]: Parameters<CompileOperator>
): { readonly compute: Compute } {
  const [first, ...rest] = compileAll(args, scope);
  return {
    compute: (data, nowMs) => {
      let best = numeric(first?.(data, nowMs));
      for (const operand of rest) {
        const value = numeric(operand(data, nowMs));
        if (isBetter(value, best)) best = value;
      }
      return best;
    },
  };
}

function compileAll(...[args, scope]: Parameters<CompileOperator>): readonly Compute[] {
  return args.map((arg) => scope.compile(arg).compute);
}

function numeric(value: unknown): number {
  if (typeof value !== "number") throw NOT_A_NUMBER;
  return value;
}

function finished(value: number): number {
  if (Number.isNaN(value)) throw NOT_A_NUMBER;
  return value;
}
