import { errors, NO_TOLERANCE, STANDARD_SHARES } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runRollout } from "./simulate.ts";

const STAGE_SECONDS = 300;
const BURSTS = [1, 5, 20] as const;
const BASE_RATE = 0.005;
const REQUESTS_PER_SECOND = 200;

/** Prints false roll-backs when one user's failures come in bursts, with and without unit groups to measure φ from. */
export function measureBursts(rollouts: number): void {
  console.log(
    `\nFalse roll-backs when failures come in bursts (base 0.5 %, ${REQUESTS_PER_SECOND} rps, ` +
      `1, 10, 50 % for ${STAGE_SECONDS} s each, nothing tolerated, ${rollouts} rollouts each)`,
  );
  console.log("  failures a burst   unit groups unknown   φ from 20 unit groups");
  for (const failures of BURSTS) {
    const unknown = countRolledBack(failures, false, rollouts);
    const known = countRolledBack(failures, true, rollouts);
    const percent = (count: number): string => `${((100 * count) / rollouts).toFixed(1)} %`;
    console.log(`  ${String(failures).padStart(16)} ${percent(unknown).padStart(21)} ${percent(known).padStart(23)}`);
  }
}

function countRolledBack(failures: number, areGroupsKnown: boolean, rollouts: number): number {
  let rolledBack = 0;
  const behaviour = { failureRate: BASE_RATE, medianMs: null, burst: { failures, areGroupsKnown } };
  for (let seed = 1; seed <= rollouts; seed += 1) {
    const tick = runRollout(
      {
        signals: [errors(1, NO_TOLERANCE)],
        shares: STANDARD_SHARES,
        stageTicks: STAGE_SECONDS,
        requestsPerSecond: REQUESTS_PER_SECOND,
        baseline: behaviour,
        candidate: behaviour,
        brokenAfterTick: Number.POSITIVE_INFINITY,
      },
      seededRandom(seed),
    );
    if (tick !== null) rolledBack += 1;
  }
  return rolledBack;
}
