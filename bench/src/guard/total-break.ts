import { errors, latency } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runRollout } from "./simulate.ts";

const RATES = [10, 30, 100] as const;
const BASELINE_RATES = [1e-9, 0.001, 0.01] as const;
const LIMIT = 3;

/** Prints how many requests fail before a candidate that always fails is taken back at 1 %, default tolerance. */
export function measureTotalBreak(rollouts: number): void {
  console.log(`\nA total break at 1 %, errors ⅝ and latency ⅜ of α, default tolerance, ${rollouts} rollouts each`);
  console.log("    base   rps   failing candidate requests: mean   most   rollouts above 3");
  for (const baseRate of BASELINE_RATES) {
    for (const requestsPerSecond of RATES) breakRow(baseRate, requestsPerSecond, rollouts);
  }
}

function breakRow(baseRate: number, requestsPerSecond: number, rollouts: number): void {
  const failing: number[] = [];
  for (let seed = 1; seed <= rollouts; seed += 1) {
    let failures = 0;
    const behaviour = { failureRate: baseRate, medianMs: 50 };
    runRollout(
      {
        signals: [errors(0.625), latency(0.375)],
        shares: [0.01],
        stageTicks: 1_200,
        requestsPerSecond,
        baseline: behaviour,
        candidate: { ...behaviour, failureRate: 1 },
        brokenAfterTick: 0,
      },
      seededRandom(seed),
      (_tick, counts) => {
        failures += counts.candidate.failures;
      },
    );
    failing.push(failures);
  }
  const mean = failing.reduce((sum, count) => sum + count, 0) / failing.length;
  const above = failing.filter((count) => count > LIMIT).length;
  const base = `${baseRate < 1e-6 ? 0 : 100 * baseRate} %`;
  console.log(
    `  ${base.padStart(6)} ${String(requestsPerSecond).padStart(5)} ${mean.toFixed(2).padStart(34)} ` +
      `${String(Math.max(...failing)).padStart(6)} ${String(above).padStart(18)}`,
  );
}
