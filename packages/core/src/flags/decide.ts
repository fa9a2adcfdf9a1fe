import type { DefinitionFault, FlagDefinition, FlagMetadata, FlagValue, Json } from "./definition.ts";
import { sayFaults } from "./fault-list.ts";
import { hasNoTargeting } from "./has-no-targeting.ts";
import { parseFlagDefinition } from "./parse.ts";

/** What a person changes; what is left out stays as it is. */
export type FlagPatch = {
  readonly state?: "ENABLED" | "DISABLED" | undefined;
  readonly variants?: { readonly [variant: string]: FlagValue } | undefined;
  readonly defaultVariant?: string | null | undefined;
  /** `null` or `{}`: no targeting. */
  readonly targeting?: Json | undefined;
  readonly metadata?: FlagMetadata | undefined;
};

/** The rollout that moves the flag now. */
export type FlagInFlight = { readonly rolloutId: string; readonly baseline: string; readonly candidate: string };

export type FlagDecision =
  | { readonly ok: true; readonly definition: FlagDefinition; readonly isChanged: boolean }
  | {
      readonly ok: false;
      readonly code: "definition-invalid" | "flag-in-rollout";
      readonly detail: string;
      readonly faults: readonly DefinitionFault[];
    };

/** The definition after a patch, checked. A rollout in flight keeps its two variants and the default as they are. */
export function patchFlag(current: FlagDefinition, patch: FlagPatch, inFlight: FlagInFlight | null): FlagDecision {
  const { targeting: before, ...rest } = current;
  const targeting = patch.targeting === undefined ? before : patch.targeting;
  const given = {
    ...rest,
    ...(patch.state === undefined ? {} : { state: patch.state }),
    ...(patch.variants === undefined ? {} : { variants: patch.variants }),
    ...(patch.defaultVariant === undefined ? {} : { defaultVariant: patch.defaultVariant }),
    ...(patch.metadata === undefined ? {} : { metadata: patch.metadata }),
    ...(hasNoTargeting(targeting) ? {} : { targeting }),
  };
  return replaceFlag(current, given, inFlight);
}

/** The same for a whole definition, such as a version to restore. */
export function replaceFlag(current: FlagDefinition, given: unknown, inFlight: FlagInFlight | null): FlagDecision {
  const parsed = parseFlagDefinition(given);
  if (!parsed.ok)
    return {
      ok: false,
      code: "definition-invalid",
      detail: sayFaults(parsed.faults),
      faults: parsed.faults,
    };

  const conflict = inFlight && inFlightConflict(current, parsed.value, inFlight);
  if (inFlight && conflict)
    return {
      ok: false,
      code: "flag-in-rollout",
      detail: `Rollout ${inFlight.rolloutId} moves this flag from "${inFlight.baseline}" to "${inFlight.candidate}": ${conflict} cannot change meanwhile. Roll it back first, or switch the flag off.`,
      faults: [],
    };
  const isChanged = JSON.stringify(parsed.value) !== JSON.stringify(current);
  return { ok: true, definition: parsed.value, isChanged };
}

function inFlightConflict(before: FlagDefinition, after: FlagDefinition, inFlight: FlagInFlight): string | null {
  if (after.state === "DISABLED") return null;
  if (after.defaultVariant !== before.defaultVariant) return "the default variant";
  for (const variant of [inFlight.baseline, inFlight.candidate])
    if (JSON.stringify(after.variants[variant]) !== JSON.stringify(before.variants[variant]))
      return `variant "${variant}"`;
  return null;
}
