import { UNIT_GROUP_COUNT } from "./counts.ts";

/** Baseline requests and failures by unit group, cumulative. */
export type GroupCounts = { readonly requests: readonly number[]; readonly failures: readonly number[] };

/** Below this many failures their spread says nothing. A first burst must tell at once: it is of one user, so in one group. */
const MIN_FAILURES = 5;
const MIN_GROUPS = 10;

/**
 * φ: how much more the failures vary between groups of users than independent requests would, at least 1.
 *
 * Between-group variance of the failure counts over the binomial variance, i.e. Pearson's chi-square by its degrees of freedom.
 * 1 as long as there is too little to tell. On independent requests it averages about 1.1.
 */
export function designEffect(groups: GroupCounts | null): number {
  if (groups === null) return 1;
  let requests = 0;
  let failures = 0;
  for (let group = 0; group < UNIT_GROUP_COUNT; group += 1) {
    requests += groups.requests[group] ?? 0;
    failures += groups.failures[group] ?? 0;
  }
  if (failures < MIN_FAILURES || failures >= requests) return 1;
  const rate = failures / requests;
  let squares = 0;
  let counted = 0;
  for (let group = 0; group < UNIT_GROUP_COUNT; group += 1) {
    const seen = groups.requests[group] ?? 0;
    if (seen === 0) continue;
    const surplus = (groups.failures[group] ?? 0) - rate * seen;
    squares += (surplus * surplus) / (seen * rate * (1 - rate));
    counted += 1;
  }
  if (counted < MIN_GROUPS) return 1;
  return Math.max(1, squares / (counted - 1));
}

export function addGroups(total: GroupCounts | null, added: GroupCounts | undefined): GroupCounts | null {
  if (added === undefined) return total;
  if (total === null) return { requests: [...added.requests], failures: [...added.failures] };
  return {
    requests: total.requests.map((count, group) => count + (added.requests[group] ?? 0)),
    failures: total.failures.map((count, group) => count + (added.failures[group] ?? 0)),
  };
}
