import type { GuardSignal } from "@steadfast/core/guard/plan";
import { sayNumber, sayPercent } from "../report/say-number.ts";
import { COMPARATORS, USUAL_Z_TEST } from "./comparators/all.ts";
import { errors, latency, NO_TOLERANCE, STANDARD_SHARES } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { runComparators } from "./run-comparators.ts";
import type { Section } from "./section.ts";
import { runRollout, type Simulation } from "./simulate.ts";

const STAGE_SECONDS = 600;
const BASE_RATES = [0.001, 0.005, 0.01] as const;
const RATES = [10, 100, 1_000, 10_000] as const;
/** A promise of ≤ 0.1 % holds by proof; this many may still fire by chance: α times the rollouts, and three deviations. */
const allowedByChance = (rollouts: number) => 0.001 * rollouts + 3 * Math.sqrt(0.001 * rollouts);

const KINDS = [...COMPARATORS, USUAL_Z_TEST];

/** How often identical versions are rolled back over 1, 10 and 50 %, 600 s each. */
export function measureFalseRollbacks(
  errorsRollouts: number,
  bothRollouts: number,
  comparatorRollouts: number,
): Section {
  const cases = [
    ...BASE_RATES.flatMap((base) =>
      RATES.map((rate) => makeCase("errors", [errors(1, NO_TOLERANCE)], base, null, rate, errorsRollouts)),
    ),
    ...RATES.map((rate) =>
      makeCase("errors and latency", [errors(0.625, NO_TOLERANCE), latency(0.375, 1)], 0.005, 50, rate, bothRollouts),
    ),
  ];
  let rollouts = 0;
  let rolledBack = 0;
  const rows = cases.map((entry) => {
    const ours = countRolledBack(entry.simulation, entry.rollouts);
    rollouts += entry.rollouts;
    rolledBack += ours;
    const others =
      entry.signals === "errors" ? countFired(entry.simulation, Math.min(comparatorRollouts, entry.rollouts)) : [];
    return [...entry.names, `${ours} of ${entry.rollouts}`, ...KINDS.map((_, index) => others[index] ?? "–")];
  });
  return {
    targets: [
      {
        what: "identical versions rolled back, base rates 0.1–1 %, 10–10,000 requests/s",
        limit: "≤ 0.1 %",
        measured: `${rolledBack} of ${rollouts} rollouts`,
        isMet: rolledBack <= allowedByChance(rollouts),
        reason: "More than chance allows: the test is not valid in one of the rows below.",
      },
    ],
    tables: [
      {
        title: `Identical versions rolled back over 1, 10 and 50 % for ${STAGE_SECONDS} s each, nothing tolerated, α = 0.1 %`,
        columns: ["signals", "base rate", "requests/s", "Steadfast", ...KINDS.map(({ name }) => name)],
        rows,
        note: `The comparators saw ${comparatorRollouts} of the same rollouts each.`,
      },
    ],
  };
}

type Case = {
  readonly signals: string;
  readonly names: readonly string[];
  readonly simulation: Simulation;
  readonly rollouts: number;
};

function makeCase(
  signals: string,
  guardSignals: readonly GuardSignal[],
  failureRate: number,
  medianMs: number | null,
  requestsPerSecond: number,
  rollouts: number,
): Case {
  const behaviour = { failureRate, medianMs };
  return {
    signals,
    names: [signals, sayPercent(failureRate), sayNumber(requestsPerSecond)],
    rollouts,
    simulation: {
      signals: guardSignals,
      shares: STANDARD_SHARES,
      stageTicks: STAGE_SECONDS,
      requestsPerSecond,
      baseline: behaviour,
      candidate: behaviour,
      brokenAfterTick: Number.POSITIVE_INFINITY,
    },
  };
}

function countRolledBack(simulation: Simulation, rollouts: number): number {
  let rolledBack = 0;
  for (let seed = 1; seed <= rollouts; seed += 1)
    if (runRollout(simulation, seededRandom(seed)) !== null) rolledBack += 1;
  return rolledBack;
}

function countFired(simulation: Simulation, rollouts: number): string[] {
  const fired = KINDS.map(() => 0);
  for (let seed = 1; seed <= rollouts; seed += 1) {
    const ticks = runComparators(simulation, KINDS, "failures", seed);
    for (const [index, { name }] of KINDS.entries())
      if ((ticks.get(name) ?? null) !== null) fired[index] = (fired[index] ?? 0) + 1;
  }
  return fired.map((count) => sayPercent(count / rollouts));
}
