import { NEED_REASONS, type NeedReason } from "@steadfast/core/rollouts/needs-person";

/** Every reason, also those that nobody has: an alert works from the first time. */
export function countNeeds(needs: readonly NeedReason[]): readonly (readonly [NeedReason, number])[] {
  return NEED_REASONS.map((reason) => [reason, needs.filter((need) => need === reason).length]);
}
