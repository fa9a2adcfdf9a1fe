import type { ComparatorKind, Judged } from "./comparators/comparator.ts";
import { seededRandom } from "./random.ts";
import { HISTORY_SECONDS, type Simulation } from "./simulate.ts";
import { armCounts, comparedCounts } from "./traffic.ts";

/**
 * Runs one rollout's traffic, the same that `runRollout` makes of this seed, past comparators.
 *
 * @returns by name, the tick that rolled back; `null`: the last stage ended without
 */
export function runComparators(
  simulation: Simulation,
  kinds: readonly ComparatorKind[],
  judged: Judged,
  seed: number,
): ReadonlyMap<string, number | null> {
  const random = seededRandom(seed);
  const { requestsPerSecond, baseline, candidate, shares, stageTicks, brokenAfterTick } = simulation;
  armCounts(random, requestsPerSecond, baseline, HISTORY_SECONDS);
  const fired = new Map<string, number | null>();
  let open = kinds.map((kind) => ({ name: kind.name, comparator: kind.start(judged) }));
  for (const { name } of open) fired.set(name, null);
  for (let tick = 1; tick <= shares.length * stageTicks && open.length > 0; tick += 1) {
    const share = shares[Math.floor((tick - 1) / stageTicks)] ?? 0;
    const behaviour = tick > brokenAfterTick ? candidate : baseline;
    const counts = comparedCounts(random, requestsPerSecond, share, baseline, behaviour);
    const firing = open.filter(({ comparator }) => comparator.see(tick, counts));
    for (const { name } of firing) fired.set(name, tick);
    if (firing.length > 0) open = open.filter((each) => !firing.includes(each));
  }
  return fired;
}
