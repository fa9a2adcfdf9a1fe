import type { Json } from "./definition.ts";

/** A flag without a rule may say so by leaving it away, by `null` or by `{}`. */
export function hasNoTargeting(targeting: Json | undefined): targeting is undefined | null {
  if (targeting === undefined || targeting === null) return true;
  return typeof targeting === "object" && !Array.isArray(targeting) && Object.keys(targeting).length === 0;
}
