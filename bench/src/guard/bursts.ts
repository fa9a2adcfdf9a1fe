import { sayPercent } from "../report/say-number.ts";
import { errors, NO_TOLERANCE, STANDARD_SHARES } from "./plans.ts";
import { seededRandom } from "./random.ts";
import type { Section } from "./section.ts";
import { runRollout } from "./simulate.ts";

const STAGE_SECONDS = 300;
const BURSTS = [1, 5, 20] as const;
const BASE_RATE = 0.005;
const REQUESTS_PER_SECOND = 200;

/** False roll-backs when one user's failures come in bursts, with and without unit groups to measure φ from. */
export function measureBursts(rollouts: number): Section {
  return {
    targets: [],
    tables: [
      {
        title: `Identical versions rolled back when failures come in bursts: base rate ${sayPercent(BASE_RATE)}, ${REQUESTS_PER_SECOND} requests/s, 1, 10 and 50 % for ${STAGE_SECONDS} s each, nothing tolerated, ${rollouts} rollouts each`,
        columns: ["failures a burst", "unit groups unknown", "φ from 20 unit groups"],
        rows: BURSTS.map((failures) => [
          String(failures),
          sayPercent(countRolledBack(failures, false, rollouts) / rollouts),
          sayPercent(countRolledBack(failures, true, rollouts) / rollouts),
        ]),
        note: "Spans carry a trace or a user to make unit groups of, so φ is measured by default; a source that tells neither is judged as if requests failed independently.",
      },
    ],
  };
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
