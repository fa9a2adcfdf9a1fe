import { DEFAULT_FAILURE_TOLERANCE } from "@steadfast/core/guard/plan";
import { sayNumber, sayPercent } from "../report/say-number.ts";
import { spreadOf } from "../report/spread.ts";
import { runKnowingTest } from "./knowing-test.ts";
import { errors, latency } from "./plans.ts";
import { seededRandom } from "./random.ts";
import type { Section } from "./section.ts";
import { runRollout, type Simulation } from "./simulate.ts";

const RATES = [10, 30, 100] as const;
const BASELINE_RATES = [1e-9, 0.001, 0.01] as const;
const LIMIT = 3;

/** How many requests fail before a candidate that always fails is taken back at 1 %, default tolerance. */
export function measureTotalBreak(rollouts: number): Section {
  const rows = BASELINE_RATES.flatMap((baseRate) =>
    RATES.map((requestsPerSecond) => {
      const simulation = totalBreak(baseRate, requestsPerSecond);
      const failing = countFailing(simulation, rollouts);
      const { median, mean, p95, max } = spreadOf(failing);
      const share = failing.filter((count) => count <= LIMIT).length / rollouts;
      const floor = meanOfKnowing(simulation, rollouts);
      return { baseRate, requestsPerSecond, median, mean, p95, max, share, floor };
    }),
  );
  const worst = rows.reduce((a, b) => (b.mean > a.mean ? b : a));
  return {
    targets: [
      {
        what: "a total break at 1 % of up to 100 requests/s: failing requests, mean of the worst row",
        limit: `≤ ${LIMIT}`,
        measured: `${worst.mean.toFixed(2)} (base rate ${sayBase(worst.baseRate)}, ${worst.requestsPerSecond} requests/s; median ${worst.median})`,
        isMet: worst.mean <= LIMIT,
        reason: `A test that is told the rates and looks for nothing else needs ${worst.floor.toFixed(2)} in that row: requests of the same second come together.`,
      },
    ],
    tables: [
      {
        title: `A total break at 1 %: failing candidate requests until it is taken back, errors and latency judged, default tolerance, ${rollouts} rollouts each`,
        columns: ["base rate", "requests/s", "median", "mean", "p95", "most", "at most 3", "fewest: a test that knows"],
        rows: rows.map((row) => [
          sayBase(row.baseRate),
          String(row.requestsPerSecond),
          String(row.median),
          row.mean.toFixed(2),
          String(row.p95),
          String(row.max),
          `${sayNumber(100 * row.share)} %`,
          row.floor.toFixed(2),
        ]),
        note: "Fewest: the mean of a test that is told both rates, spends its whole α on this one case and is looked at once a second.",
      },
    ],
  };
}

function totalBreak(baseRate: number, requestsPerSecond: number): Simulation {
  const baseline = { failureRate: baseRate, medianMs: 50 };
  return {
    signals: [errors(0.625), latency(0.375)],
    shares: [0.01],
    stageTicks: 1_200,
    requestsPerSecond,
    baseline,
    candidate: { ...baseline, failureRate: 1 },
    brokenAfterTick: 0,
  };
}

function countFailing(simulation: Simulation, rollouts: number): number[] {
  return Array.from({ length: rollouts }, (_, index) => {
    let failures = 0;
    runRollout(simulation, seededRandom(index + 1), (_tick, counts) => {
      failures += counts.candidate.failures;
    });
    return failures;
  });
}

function meanOfKnowing(simulation: Simulation, rollouts: number): number {
  let failures = 0;
  for (let seed = 1; seed <= rollouts; seed += 1)
    failures += runKnowingTest(simulation, DEFAULT_FAILURE_TOLERANCE, seed).failures;
  return failures / rollouts;
}

function sayBase(rate: number): string {
  return sayPercent(rate < 1e-6 ? 0 : rate);
}
