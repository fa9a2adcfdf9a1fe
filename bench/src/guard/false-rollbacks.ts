import type { GuardSignal } from "@steadfast/core/guard/plan";
import { errors, latency, NO_TOLERANCE, STANDARD_SHARES } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runRollout, type Simulation } from "./simulate.ts";
import { runThreshold } from "./threshold-comparator.ts";

const STAGE_SECONDS = 600;
const BASE_RATES = [0.001, 0.005, 0.01] as const;
const RATES = [10, 100, 10_000] as const;

/** Prints how often identical versions are rolled back over 1, 10 and 50 %, 600 s each. */
export function measureFalseRollbacks(errorsRollouts: number, bothRollouts: number): void {
  console.log("\nFalse roll-backs of identical versions over 1, 10, 50 % for 600 s each (α = 0.1 %)");
  console.log("  signals                  base     rps   rollouts   rolled back   threshold rule rolls back");
  let total = { rollouts: 0, rolledBack: 0 };
  const add = (rollouts: number, rolledBack: number): void => {
    total = { rollouts: total.rollouts + rollouts, rolledBack: total.rolledBack + rolledBack };
  };
  for (const base of BASE_RATES) {
    for (const rate of RATES) {
      add(errorsRollouts, row("errors, no tolerance", [errors(1, NO_TOLERANCE)], base, null, rate, errorsRollouts));
    }
  }
  const both = [errors(0.625, NO_TOLERANCE), latency(0.375, 1)];
  for (const rate of RATES) {
    add(bothRollouts, row("both, no tolerance", both, 0.005, 50, rate, bothRollouts));
  }
  const percent = ((100 * total.rolledBack) / total.rollouts).toFixed(3);
  console.log(`  together: ${total.rolledBack} of ${total.rollouts} rollouts (${percent} %)`);
}

function row(
  name: string,
  signals: readonly GuardSignal[],
  failureRate: number,
  medianMs: number | null,
  requestsPerSecond: number,
  rollouts: number,
): number {
  const behaviour = { failureRate, medianMs };
  const simulation: Simulation = {
    signals,
    shares: STANDARD_SHARES,
    stageTicks: STAGE_SECONDS,
    requestsPerSecond,
    baseline: behaviour,
    candidate: behaviour,
    brokenAfterTick: Number.POSITIVE_INFINITY,
  };
  let rolledBack = 0;
  let thresholdRolledBack = 0;
  for (let seed = 1; seed <= rollouts; seed += 1) {
    if (runRollout(simulation, seededRandom(seed)) !== null) rolledBack += 1;
    const withoutLatency = { ...simulation, candidate: { ...behaviour, medianMs: null } };
    if (runThreshold(withoutLatency, seededRandom(seed)) !== null) thresholdRolledBack += 1;
  }
  const thresholdPercent = Math.round((100 * thresholdRolledBack) / rollouts);
  console.log(
    `  ${name.padEnd(22)} ${`${100 * failureRate} %`.padStart(6)} ${String(requestsPerSecond).padStart(7)} ` +
      `${String(rollouts).padStart(10)} ${String(rolledBack).padStart(13)} ${`${thresholdPercent} %`.padStart(27)}`,
  );
  return rolledBack;
}
