import { UNIT_GROUP_COUNT } from "./counts.ts";

/**
 * How many equally busy users would spread requests over the unit groups this unevenly: few, or a few that send most
 * of it all, make some groups much busier than others. From the chance that two requests share a group, less what
 * different users share by chance.
 *
 * @param requests by unit group
 * @returns above 0; `Infinity` when the groups are as even as those of independent requests
 */
export function effectiveUnits(requests: readonly number[]): number {
  let total = 0;
  let pairs = 0;
  for (const count of requests) {
    total += count;
    pairs += count * (count - 1);
  }
  if (total < 2) return Number.POSITIVE_INFINITY;
  const together = pairs / (total * (total - 1));
  const byOneUser = (UNIT_GROUP_COUNT * together - 1) / (UNIT_GROUP_COUNT - 1);
  return byOneUser > 0 ? 1 / byOneUser : Number.POSITIVE_INFINITY;
}
