import { measureBursts } from "./bursts.ts";
import { measureDetection } from "./detection.ts";
import { measureFalseRollbacks } from "./false-rollbacks.ts";
import { measureTickCost } from "./tick-cost.ts";
import { measureTotalBreak } from "./total-break.ts";

/** Repetitions: quick ends within a minute on one core; the other takes about twenty. */
const QUICK = { errorsRollouts: 100, bothRollouts: 30, detections: 200, breaks: 200, bursts: 40, ticks: 5_000 };
const FULL = {
  errorsRollouts: 5_000,
  bothRollouts: 1_000,
  detections: 2_000,
  breaks: 2_000,
  bursts: 1_000,
  ticks: 50_000,
};

/**
 * `guard [--quick]`: false roll-backs, detection delays against the information bound and a threshold rule beside
 * them, on our own judgeTick with fixed seeds.
 *
 * @throws {Error} on an unknown argument
 */
export async function run(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== "--quick");
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}; the guard benchmark knows only --quick`);
  const repetitions = args.includes("--quick") ? QUICK : FULL;
  const started = performance.now();
  measureDetection(repetitions.detections);
  measureTotalBreak(repetitions.breaks);
  measureTickCost(repetitions.ticks);
  measureFalseRollbacks(repetitions.errorsRollouts, repetitions.bothRollouts);
  measureBursts(repetitions.bursts);
  console.log(`\n${((performance.now() - started) / 1_000).toFixed(0)} s in all`);
}
