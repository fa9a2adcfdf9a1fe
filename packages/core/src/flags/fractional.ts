import type { BucketKey } from "./bucket-key.ts";
import { compileExplicitKey, compileImplicitKey } from "./bucket-key.ts";
import type { Json } from "./definition.ts";
import { WEIGHT_SUM_MAX } from "./limits.ts";
import type { CompileOperator, Compute, Expression, Scope } from "./logic-expression.ts";
import { Answer, InvalidTargetingError } from "./logic-expression.ts";
import { isRecord } from "./logic-value.ts";
import { signedHashAfter } from "./murmur-hash.ts";

const HASH_SPACE = 2n ** 32n;

/** Exclusive or with it takes 2³¹ from an unsigned hash, as a signed integer: order stays. */
const SIGN_BIT = 0x80000000;

type Arm = { readonly variant: Expression; readonly weight: Expression };

/**
 * flagd's `fractional`, second generation: `floor(h × totalWeight / 2³²)`, h = MurmurHash3_x86_32 over the UTF-8 bytes of
 * the key, then the first arm whose cumulative weight is above. Keys only ever move into the first arm when it grows
 * while the total stays fixed.
 *
 * `null` when the key is absent or no string, a weight is no integer, the weights sum to 0 or above 2³¹ − 1.
 *
 * @see https://flagd.dev/reference/custom-operations/fractional-operation/
 */
export const compileFractional: CompileOperator = (args, scope) => {
  const [first = null, ...rest] = args;
  const isImplicit = Array.isArray(first);
  const key = isImplicit ? compileImplicitKey(scope) : compileExplicitKey(first, scope);
  const arms = (isImplicit ? args : rest).map((arm) => compileArm(arm, scope));

  const weights = arms.map(({ weight }) => weight.constant?.value);
  const variants = arms.map(({ variant }) => variant.constant);
  if (!weights.every((weight) => typeof weight === "number") || variants.includes(undefined)) {
    return { compute: choosingAmongComputed(key, arms) };
  }
  return {
    compute: choosingAmongFixed(
      key,
      weights,
      arms.map(({ variant }) => variant.compute(undefined, undefined)),
    ),
  };
};

function compileArm(arm: Json, scope: Scope): Arm {
  if (!Array.isArray(arm) || arm.length < 1 || arm.length > 2) {
    throw new InvalidTargetingError('an arm of "fractional" is [variant, weight] or [variant]');
  }
  const [variant = null, weight = 1]: readonly Json[] = arm;
  return { variant: scope.compileAnswer(variant), weight: scope.compile(weight) };
}

function choosingAmongFixed(key: BucketKey, weights: readonly number[], variants: readonly unknown[]): Compute {
  const thresholds = hashThresholds(weights);
  const names = variants.map(armName);
  if (thresholds === undefined || names.includes(undefined)) return () => null;

  const { hash, beforeTargetingKey } = key;
  const pick = pickingBelow(thresholds, names);
  const choose: Compute = (data, nowMs) => {
    const hashed = hash(data, nowMs);
    return hashed === undefined ? null : pick(hashed ^ SIGN_BIT);
  };
  if (beforeTargetingKey === undefined) return choose;
  if (names.length === 2) {
    const [first = 0] = thresholds;
    const [name, second] = names;
    return (data, nowMs) => {
      const targetingKey = isRecord(data) ? data.targetingKey : undefined;
      if (typeof targetingKey !== "string" || targetingKey === "") return choose(data, nowMs);
      return (signedHashAfter(beforeTargetingKey, targetingKey) ^ SIGN_BIT) < first ? name : second;
    };
  }
  return (data, nowMs) => {
    const targetingKey = isRecord(data) ? data.targetingKey : undefined;
    if (typeof targetingKey !== "string" || targetingKey === "") return choose(data, nowMs);
    return pick(signedHashAfter(beforeTargetingKey, targetingKey) ^ SIGN_BIT);
  };
}

/** Takes the hash less 2³¹, as the thresholds are. */
function pickingBelow(thresholds: readonly number[], names: readonly unknown[]): (hash: number) => unknown {
  return (hash) => {
    for (let index = 0; index < thresholds.length; index++) {
      if (hash < (thresholds[index] ?? 0)) return names[index];
    }
    return null;
  };
}

/**
 * The exclusive upper hash of each arm less 2³¹: `floor(h × T / 2³²) < c` exactly when `h < ceil(c × 2³² / T)`.
 *
 * @returns `undefined` when nobody can get an arm.
 */
function hashThresholds(weights: readonly number[]): readonly number[] | undefined {
  const total = sumOf(weights);
  if (total === undefined) return undefined;

  let cumulative = 0n;
  return weights.map((weight) => {
    cumulative += BigInt(Math.max(0, weight));
    return Number((cumulative * HASH_SPACE + BigInt(total) - 1n) / BigInt(total) - HASH_SPACE / 2n);
  });
}

/** The total that weights are shares of; `undefined` when nobody can get an arm. */
export function sumOf(weights: readonly unknown[]): number | undefined {
  let total = 0;
  for (const weight of weights) {
    if (typeof weight !== "number" || !Number.isInteger(weight)) return undefined;
    total += Math.max(0, weight);
  }
  return total === 0 || total > WEIGHT_SUM_MAX ? undefined : total;
}

function choosingAmongComputed(key: BucketKey, arms: readonly Arm[]): Compute {
  return (data, nowMs) => {
    const names = arms.map(({ variant }) => armName(variant.compute(data, nowMs)));
    const weights = arms.map(({ weight }) => weight.compute(data, nowMs));
    const hashed = key.hash(data, nowMs);
    const total = sumOf(weights);
    if (hashed === undefined || total === undefined || names.includes(undefined)) return null;

    const bucket = bucketOf(hashed >>> 0, total);
    let cumulative = 0;
    for (const [index, weight] of weights.entries()) {
      cumulative += typeof weight === "number" ? Math.max(0, weight) : 0;
      if (cumulative > bucket) return names[index];
    }
    return null;
  };
}

/**
 * `floor(hash × total / 2³²)`, exact: the product may pass 2⁵³, so it is taken in two halves of 16 bits.
 *
 * @param hash 0..2³²−1
 * @param total 0..2³¹−1
 */
export function bucketOf(hash: number, total: number): number {
  const high = Math.floor(hash / 0x10000) * total;
  const low = Math.floor(((hash % 0x10000) * total) / 0x10000);
  return Math.floor((high + low) / 0x10000);
}

/** An arm may answer a name, `null` for the default, and what becomes a name; `undefined` for anything else. */
export function armName(value: unknown): Answer | string | number | boolean | null | undefined {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return value instanceof Answer ? value : undefined;
}
