import type { Random } from "./random.ts";
import type { Simulation } from "./simulate.ts";
import { armCounts } from "./traffic.ts";

const WINDOW_SECONDS = 60;
const MAX_FAILURE_RATE = 0.01;

/**
 * The rule that canary tools document: every minute the candidate's failure rate over that minute, one measurement
 * above 1 % rolls back.
 *
 * @returns the tick that rolled back, or `null`
 */
export function runThreshold(simulation: Simulation, random: Random): number | null {
  const { shares, stageTicks, requestsPerSecond, candidate } = simulation;
  for (let tick = WINDOW_SECONDS; tick <= shares.length * stageTicks; tick += WINDOW_SECONDS) {
    const share = shares[Math.floor((tick - 1) / stageTicks)] ?? 0;
    const { requests, failures } = armCounts(random, requestsPerSecond * share, candidate, WINDOW_SECONDS);
    if (requests > 0 && failures / requests > MAX_FAILURE_RATE) return tick;
  }
  return null;
}
