import type { Json } from "./definition.ts";
import type { Evaluation } from "./evaluation.ts";
import { CHARACTERS_PER_STEP } from "./limits.ts";
import { TOO_MUCH_WORK } from "./logic-value.ts";

/**
 * A compiled rule: reads `data` (the context, or an element inside `map`, `filter`, …) and answers a value. It never
 * keeps or changes `data`. It throws a fault of `logic-value.ts` when an operand is of no use.
 */
export type Compute = (data: unknown, nowMs: number | undefined) => unknown;

export type Expression = {
  readonly compute: Compute;
  /** Present when the answer never changes. Where the rule's own answer stands `compute` gives an `Answer` for it. */
  readonly constant?: { readonly value: Json };
  /** Present when the answer is this one attribute of `data`, or `null`. */
  readonly attribute?: string;
  /** Present when the answer counts as true exactly when both of these do. */
  readonly both?: readonly [Compute, Compute];
};

/** What compiling an operator needs to know about where it stands. */
export type Scope = {
  readonly flagKey: string;
  /** `false` inside `map`, `filter`, …: `data` is an element then, without targeting key and `$flagd`. */
  readonly isContext: boolean;
  /** What an evaluation may still do, and what the whole rule needs. One for a flag. */
  readonly usage: Usage;
  readonly compile: (logic: Json) => Expression;
  /** Compiles what the operator answers with when it is chosen: a branch, an arm. */
  readonly compileAnswer: (logic: Json) => Expression;
  /** Compiles what sees an element of a list. */
  readonly compileForElement: (logic: Json) => Expression;
};

export type Usage = {
  readsTime: boolean;
  /** The rule iterates, or makes or searches texts or lists: what it does is counted. */
  isMetered: boolean;
  /** Of one evaluation, when it is counted. */
  stepsLeft: number;
  /** Operators and their arguments that were compiled so far. */
  size: number;
};

/**
 * Counts what was done with a text or a list of this length.
 *
 * @throws when the evaluation has taken all its steps
 */
export function spend(usage: Usage, length: number): void {
  usage.stepsLeft -= Math.ceil(length / CHARACTERS_PER_STEP);
  if (usage.stepsLeft < 0) throw TOO_MUCH_WORK;
}

/** A variant's name that a rule answers with, resolved when it was compiled. Neither JSON nor a context can be one. */
export class Answer {
  readonly evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.evaluation = evaluation;
  }
}

/** Compiles one operator. The number of arguments was checked against `OPERATORS`. */
export type CompileOperator = (args: readonly Json[], scope: Scope) => Expression;

/** The rule cannot be compiled; the flag then answers `PARSE_ERROR`. */
export class InvalidTargetingError extends Error {
  override name = "InvalidTargetingError";
}

export function constantExpression(value: Json): Expression {
  return { compute: () => value, constant: { value } };
}
