import type { FlagDefinition, Json } from "./definition.ts";
import { hasNoTargeting } from "./has-no-targeting.ts";

/** Basis points of everybody: the fixed total of a rollout's weights. */
export const BASIS_POINTS = 10_000;

/** The flag's metadata key that names the rollout which moves it. */
const ROLLOUT_METADATA_KEY = "steadfastRollout";

/** Who gets the candidate of a rollout. */
export type Exposure = {
  readonly flagKey: string;
  /** Never changes inside a rollout: another salt picks other people. */
  readonly salt: string;
  readonly baseline: string;
  readonly candidate: string;
  /** An integer, 0..10,000. */
  readonly candidateBasisPoints: number;
  /** JSONLogic condition, `null` for none; whoever meets it gets the candidate before shares are looked at. */
  readonly audience?: Json | undefined;
  readonly rolloutId: string;
};

/**
 * The definition that serves a rollout, plain flagd, for any flagd evaluator: whom the flag's own targeting serves keeps
 * the variant, whoever would get the default is split between candidate and baseline. The candidate is the first arm of a
 * fixed total, so a key stays in as the share grows. Without a targeting key there is no bucket: the baseline.
 *
 * Pure. The definition must have passed `parseFlagDefinition`; the result passes `parseFlagDocument`.
 *
 * @throws {RangeError} on a share outside 0..10,000 or a variant that the flag does not have: a caller bug, plans are
 * checked when a rollout starts.
 */
export function exposeCandidate(definition: FlagDefinition, exposure: Exposure): FlagDefinition {
  checkExposure(definition, exposure);
  const metadata = { ...definition.metadata, [ROLLOUT_METADATA_KEY]: exposure.rolloutId };
  const split = splitRule(definition, exposure);
  if (split === null) return { ...definition, metadata };

  const { targeting } = definition;
  if (hasNoTargeting(targeting)) return { ...definition, targeting: split, metadata };
  return { ...definition, targeting: orElse(targeting, split, definition), metadata };
}

/** `null` when nobody is exposed. */
function splitRule(definition: FlagDefinition, exposure: Exposure): { readonly [key: string]: Json } | null {
  const { audience, candidate } = exposure;
  const share = shareRule(definition, exposure);
  return audience === undefined || audience === null ? share : { if: [audience, candidate, share] };
}

function shareRule(definition: FlagDefinition, exposure: Exposure): { readonly [key: string]: Json } | null {
  const { flagKey, salt, baseline, candidate, candidateBasisPoints } = exposure;
  if (candidateBasisPoints === 0) return null;

  const targetingKey = { var: "targetingKey" };
  const fractional = [
    // An explicit key: implementations differ on the implicit one, and an unsalted one picks the same people for every flag.
    { cat: [flagKey, ":", salt, ":", targetingKey] },
    [candidate, candidateBasisPoints],
    [baseline, BASIS_POINTS - candidateBasisPoints],
  ];
  const withoutKey = baseline === definition.defaultVariant ? null : baseline;
  return { if: [targetingKey, { fractional }, withoutKey] };
}

/**
 * What the flag's own rule answers, unless that is null. `or` passes over every false answer, so it will do only where
 * none of them is a variant: `false`, `0` and `""` are served as the variants of these names.
 */
function orElse(rule: Json, otherwise: Json, { variants }: FlagDefinition): Json {
  const isFalseServed = ["false", "", "0"].some((name) => Object.hasOwn(variants, name));
  return isFalseServed ? { if: [{ "===": [rule, null] }, otherwise, rule] } : { or: [rule, otherwise] };
}

function checkExposure({ variants }: FlagDefinition, exposure: Exposure): void {
  const { baseline, candidate, candidateBasisPoints } = exposure;
  if (!Number.isInteger(candidateBasisPoints) || candidateBasisPoints < 0 || candidateBasisPoints > BASIS_POINTS) {
    throw new RangeError(
      `candidateBasisPoints is ${candidateBasisPoints}: it must be an integer from 0 to ${BASIS_POINTS}`,
    );
  }
  for (const name of [baseline, candidate]) {
    if (!Object.hasOwn(variants, name))
      throw new RangeError(`the flag has no variant ${JSON.stringify(name)} to roll out`);
  }
}
