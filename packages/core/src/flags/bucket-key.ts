import type { Json } from "./definition.ts";
import type { Compute, Scope } from "./logic-expression.ts";
import { isRecord, toText } from "./logic-value.ts";
import type { MurmurState } from "./murmur-hash.ts";
import { EMPTY_STATE, signedHashAfter, stateAfter } from "./murmur-hash.ts";

/** What a `fractional` buckets by. */
export type BucketKey = {
  /** The hash as a signed 32-bit integer, which needs no memory; `undefined` when there is nothing to hash. */
  readonly hash: (data: unknown, nowMs: number | undefined) => number | undefined;
  /** Present when the key is this state followed by the targeting key, if that is a text and not empty. */
  readonly beforeTargetingKey?: MurmurState;
};

/** A flag without a key of its own buckets by flag key and targeting key. */
export function compileImplicitKey({ flagKey, isContext }: Scope): BucketKey {
  const state = splitState(flagKey);
  const hash = (data: unknown) => {
    const key = isContext && isRecord(data) ? data.targetingKey : undefined;
    return key ? signedHashAfter(EMPTY_STATE, flagKey + toText(key)) : undefined;
  };
  return isContext && state !== undefined ? { hash, beforeTargetingKey: state } : { hash };
}

/** `{"cat": ["a", ":", {"var": "targetingKey"}]}` is hashed piece by piece after what is the same for everybody. */
export function compileExplicitKey(key: Json, scope: Scope): BucketKey {
  const joined = splitConstantPrefix(key);
  const state = joined && splitState(joined.prefix);
  if (joined === undefined || state === undefined) return { hash: hashingText(scope.compile(key).compute) };

  const tail = scope.compile(joined.tail);
  const hash = hashingAfter(state, tail.compute);
  return scope.isContext && tail.attribute === "targetingKey" ? { hash, beforeTargetingKey: state } : { hash };
}

function hashingText(text: Compute): BucketKey["hash"] {
  return (data, nowMs) => {
    const value = text(data, nowMs);
    return typeof value === "string" ? signedHashAfter(EMPTY_STATE, value) : undefined;
  };
}

function hashingAfter(state: MurmurState, tail: Compute): BucketKey["hash"] {
  return (data, nowMs) => {
    const value = tail(data, nowMs);
    return signedHashAfter(state, typeof value === "string" ? value : value === null ? "" : toText(value));
  };
}

/** `undefined` when half a surrogate pair would be cut off: what follows may complete the character. */
function splitState(prefix: string): MurmurState | undefined {
  const last = prefix.charCodeAt(prefix.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? undefined : stateAfter(EMPTY_STATE, prefix);
}

/** The constant start of a `cat` and its one last operand; `undefined` for any other key. */
function splitConstantPrefix(key: Json): { readonly prefix: string; readonly tail: Json } | undefined {
  if (!isRecord(key) || Array.isArray(key) || Object.keys(key).length !== 1) return undefined;
  const operands = Object.hasOwn(key, "cat") ? Object.values(key)[0] : undefined;
  if (!Array.isArray(operands) || operands.length < 2) return undefined;
  const texts = operands.slice(0, -1);
  if (!texts.every((text) => typeof text === "string")) return undefined;
  return { prefix: texts.join(""), tail: operands[operands.length - 1] };
}
