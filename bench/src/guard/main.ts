import type { Benchmark, BenchOptions, Findings } from "../report/bench-result.ts";
import { measureBursts } from "./bursts.ts";
import { measureDetection } from "./detection.ts";
import { measureFalseRollbacks } from "./false-rollbacks.ts";
import type { Section } from "./section.ts";
import { measureTickCost } from "./tick-cost.ts";
import { measureTotalBreak } from "./total-break.ts";

/** Repetitions: quick takes about a minute of one core, the other about twelve. */
const QUICK = {
  errorsRollouts: 60,
  bothRollouts: 20,
  comparators: 30,
  detections: 200,
  breaks: 2_000,
  bursts: 30,
  ticks: 8,
};
const FULL = {
  errorsRollouts: 1_000,
  bothRollouts: 300,
  comparators: 200,
  detections: 1_500,
  breaks: 2_000,
  bursts: 300,
  ticks: 30,
};

/** False roll-backs and detection delays of our own judgeTick with fixed seeds, against the information bound and other rules. */
export const benchmark: Benchmark = { packages: [], run };

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const repetitions = isQuick ? QUICK : FULL;
  const sections: readonly Section[] = [
    measureDetection(repetitions.detections, repetitions.comparators),
    measureTotalBreak(repetitions.breaks),
    measureFalseRollbacks(repetitions.errorsRollouts, repetitions.bothRollouts, repetitions.comparators),
    measureBursts(repetitions.bursts),
    measureTickCost(repetitions.ticks),
  ];
  return {
    title: "Judging a rollout",
    method: [
      "The guard's own code, second by second, on simulated Poisson traffic with fixed seeds and 300 s of history; α = 0.1 % for a rollout.",
      "The other rules see the same traffic. They are written from their documented formulas; those with an α are given ours.",
    ],
    targets: sections.flatMap(({ targets }) => targets),
    tables: sections.flatMap(({ tables }) => tables),
    charts: sections.flatMap(({ charts }) => charts ?? []),
    notes: NOTES,
  };
}

const NOTES = [
  "Argo-like: each minute the candidate's failure rate of that minute; one measurement above 1 % rolls back (Argo Rollouts' documented `failureLimit: 0`).",
  "Flagger-like: the same limit and interval, five failed checks (`threshold: 5`); for latency, p99 of the minute above a limit 20 % over the usual p99.",
  "Mann-Whitney: each minute's failure rate is a sample of its arm; every ten minutes all samples so far, one-sided at 98 % (Kayenta's confidence).",
  "z-test: two proportions, pooled, one-sided, all counts so far, looked at each second once there are five failures.",
  "GrowthBook sequential: the asymptotic confidence sequence its documentation gives (Waudby-Smith et al. 2023), one-sided, tuned to 5,000 as there. Asymptotic: it promises its α for large samples.",
];
