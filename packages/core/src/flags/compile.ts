import { compileTargeting } from "./compile-targeting.ts";
import type { FlagDefinition, FlagDocument, FlagMetadata, FlagValue, Json } from "./definition.ts";
import type { Evaluation, EvaluationContext } from "./evaluation.ts";
import { quoted } from "./fault-list.ts";
import { hasNoTargeting } from "./has-no-targeting.ts";
import { JSON_DEPTH_MAX, STEPS_MAX } from "./limits.ts";
import type { Compute, Usage } from "./logic-expression.ts";
import { Answer } from "./logic-expression.ts";
import { isRecord, toText } from "./logic-value.ts";

/** Flags compiled to closures. Immutable. */
export type FlagSet = {
  /**
   * Evaluates a flag. Synchronous, never throws, needs no memory but for an error's message; results are frozen and
   * shared. A flag with one answer takes about 5 ns, a rule with a rollout about 40 ns.
   *
   * @param nowMs Unix milliseconds, what `$flagd.timestamp` says in seconds. Absent: it is `null`.
   */
  readonly evaluate: (key: string, context: EvaluationContext, nowMs?: number) => Evaluation;
  readonly keys: () => readonly string[];
  /** The set's own metadata. Every evaluation carries it with the flag's over it. */
  readonly metadata: FlagMetadata;
  /** Some flag looks at `$flagd.timestamp`: when false `evaluate` needs no `nowMs`. */
  readonly readsTime: boolean;
};

type CompiledFlag = {
  /** The answer when it is always the same. */
  readonly fixed: Evaluation | undefined;
  readonly targeting: Compute;
  readonly variants: ReadonlyMap<string, Evaluation>;
  readonly whenNull: Evaluation;
  readonly usage: Usage;
  readonly key: string;
  readonly metadata: FlagMetadata;
};

const EMPTY_CONTEXT: EvaluationContext = Object.freeze({});

/**
 * Compiles a set of flags. It never throws: a flag that cannot be compiled answers `PARSE_ERROR`, the others are
 * served. O(size of the document, `$ref`s substituted); 1,000 flags with rules take about 10 ms.
 */
export function compileFlagSet(document: FlagDocument): FlagSet {
  const metadata: FlagMetadata = Object.freeze({ ...document.metadata });
  const evaluators = new Map(Object.entries(document.$evaluators ?? {}));
  const flags = new Map(
    Object.entries(document.flags).map(([key, definition]) => [
      key,
      compileFlag(key, definition, metadata, evaluators),
    ]),
  );
  const keys = Object.freeze([...flags.keys()]);

  return Object.freeze({
    evaluate: (key: string, context: EvaluationContext, nowMs?: number) => {
      const flag = flags.get(key);
      if (flag === undefined) return notFound(key, metadata);
      return flag.fixed ?? evaluateTargeting(flag, context, nowMs);
    },
    keys: () => keys,
    metadata,
    readsTime: [...flags.values()].some(({ usage }) => usage.readsTime),
  });
}

function evaluateTargeting(flag: CompiledFlag, context: EvaluationContext, nowMs: number | undefined): Evaluation {
  const { usage } = flag;
  if (usage.isMetered) usage.stepsLeft = STEPS_MAX;
  try {
    const outcome = flag.targeting(isRecord(context) ? context : EMPTY_CONTEXT, nowMs);
    if (outcome instanceof Answer) return outcome.evaluation;
    if (outcome === null || outcome === undefined) return flag.whenNull;
    const variant = typeof outcome === "string" ? outcome : toText(outcome);
    return flag.variants.get(variant) ?? unknownVariant(flag, variant);
  } catch (fault) {
    return targetingFailed(flag, fault);
  }
}

function compileFlag(
  key: string,
  definition: FlagDefinition,
  setMetadata: FlagMetadata,
  evaluators: ReadonlyMap<string, Json>,
): CompiledFlag {
  const usage: Usage = { readsTime: false, isMetered: false, stepsLeft: 0, size: 0 };
  const flag: CompiledFlag = {
    fixed: undefined,
    targeting: () => null,
    variants: new Map(),
    whenNull: Object.freeze({ reason: "DEFAULT", metadata: setMetadata }),
    usage,
    key,
    metadata: setMetadata,
  };
  try {
    const metadata: FlagMetadata = Object.freeze({ ...setMetadata, ...definition.metadata });
    if (definition.state === "DISABLED") return { ...flag, fixed: Object.freeze({ reason: "DISABLED", metadata }) };

    const values = new Map(Object.entries(definition.variants).map(([name, value]) => [name, frozenValue(value)]));
    const whenNull = defaultAnswer(definition, values, "DEFAULT", metadata);
    if (hasNoTargeting(definition.targeting)) {
      return { ...flag, fixed: defaultAnswer(definition, values, "STATIC", metadata) };
    }

    const variants = new Map<string, Evaluation>();
    for (const [variant, value] of values) {
      variants.set(variant, Object.freeze({ value, variant, reason: "TARGETING_MATCH", metadata }));
    }
    const answers = new Map([...variants].map(([variant, evaluation]) => [variant, new Answer(evaluation)]));
    const { compute } = compileTargeting(definition.targeting, { flagKey: key, evaluators, usage, answers });
    return { ...flag, targeting: compute, variants, whenNull, metadata };
  } catch (fault) {
    return { ...flag, fixed: parseError(key, fault, setMetadata) };
  }
}

/** Without a default variant the caller's own default holds: no value, and the reason is DEFAULT. */
function defaultAnswer(
  { defaultVariant }: FlagDefinition,
  values: ReadonlyMap<string, FlagValue>,
  reason: "STATIC" | "DEFAULT",
  metadata: FlagMetadata,
): Evaluation {
  if (defaultVariant === undefined || defaultVariant === null) return Object.freeze({ reason: "DEFAULT", metadata });
  const value = values.get(defaultVariant);
  if (value === undefined) throw new TypeError(`its default variant ${quoted(defaultVariant)} is none of its variants`);
  return Object.freeze({ value, variant: defaultVariant, reason, metadata });
}

/** A copy nobody can change: one evaluation's value is every evaluation's value. */
function frozenValue(value: FlagValue): FlagValue {
  return isRecord(value) ? Object.freeze(frozenEntries(value, 1)) : value;
}

function frozenEntries(record: { readonly [key: string]: Json }, depth: number): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, frozenJson(value, depth)]));
}

function frozenJson(value: Json, depth: number): Json {
  if (!isRecord(value)) return value;
  if (depth > JSON_DEPTH_MAX) throw new RangeError("the value of a variant is nested too deep");
  if (Array.isArray(value)) return Object.freeze(value.map((element: Json) => frozenJson(element, depth + 1)));
  return Object.freeze(frozenEntries(value, depth + 1));
}

function notFound(key: string, metadata: FlagMetadata): Evaluation {
  const errorMessage = `there is no flag ${quoted(key)} in this environment: create it, or check the spelling`;
  return { reason: "ERROR", errorCode: "FLAG_NOT_FOUND", errorMessage, metadata };
}

function unknownVariant({ key, metadata, variants }: CompiledFlag, variant: string): Evaluation {
  const known = [...variants.keys()].map(quoted).join(", ");
  const errorMessage = `the targeting of flag ${quoted(key)} answered ${quoted(variant)}, which is none of its variants: ${known}`;
  return { reason: "ERROR", errorCode: "GENERAL", errorMessage, metadata };
}

function targetingFailed({ key, metadata }: CompiledFlag, fault: unknown): Evaluation {
  const errorMessage = `the targeting of flag ${quoted(key)} failed: ${describe(fault)}`;
  return { reason: "ERROR", errorCode: "GENERAL", errorMessage, metadata };
}

function parseError(key: string, fault: unknown, metadata: FlagMetadata): Evaluation {
  const errorMessage = `the definition of flag ${quoted(key)} cannot be used: ${describe(fault)}`;
  return Object.freeze({ reason: "ERROR", errorCode: "PARSE_ERROR", errorMessage, metadata });
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : "a value in the context could not be read";
}
