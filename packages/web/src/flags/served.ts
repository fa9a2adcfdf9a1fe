import type { FlagState } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";

/** How a flag stands in an environment, for the eye: one tone, one word. */
export type Served =
  | { readonly kind: "off" }
  | { readonly kind: "rollout"; readonly id: string; readonly share: string; readonly candidate: string }
  | { readonly kind: "rules"; readonly otherwise: string }
  /** `isNothing`: its value is false or there is none, so people see what they saw before the flag. */
  | { readonly kind: "one"; readonly variant: string; readonly isNothing: boolean };

const CODE_DEFAULT = "the code's default";

export function servedBy({ definition, rollout }: FlagState): Served {
  if (definition.state === "DISABLED") return { kind: "off" };
  if (rollout) {
    return { kind: "rollout", id: rollout.id, share: formatPercent(rollout.share), candidate: rollout.candidate };
  }
  const otherwise = definition.defaultVariant ?? CODE_DEFAULT;
  if (hasTargeting(definition.targeting)) return { kind: "rules", otherwise };
  const value = definition.defaultVariant ? definition.variants[definition.defaultVariant] : undefined;
  return { kind: "one", variant: otherwise, isNothing: value === undefined || value === false };
}

/** What is served now and to whom, as the rest of a sentence that begins with the environment. */
export function servedSentence({ definition, rollout }: FlagState): string {
  if (definition.state === "DISABLED") return `it is switched off: everybody gets ${CODE_DEFAULT}.`;
  const otherwise = definition.defaultVariant ?? CODE_DEFAULT;
  const isRuled = hasTargeting(definition.targeting);
  if (rollout) {
    const { share, candidate, baseline } = rollout;
    const whom = isRuled ? "rules decide first; of whom they leave, " : "";
    if (share === 0) return `${whom}only the rollout's own audience gets ${candidate}, the rest ${baseline}.`;
    return share >= 1
      ? `${whom}everybody gets ${candidate}.`
      : `${whom}${formatPercent(share)} get ${candidate}, the rest ${baseline}.`;
  }
  return isRuled ? `rules decide; whoever none of them serves gets ${otherwise}.` : `everybody gets ${otherwise}.`;
}

export function hasTargeting(targeting: unknown): boolean {
  return typeof targeting === "object" && targeting !== null && Object.keys(targeting).length > 0;
}
