import type { Comparator, ComparatorKind } from "./comparator.ts";
import { normalTail } from "./normal.ts";

const SAMPLE_SECONDS = 60;
/** Ten samples of an arm are the least that the test can say anything of. */
const SAMPLES_PER_LOOK = 10;
/** Kayenta's judge asks for 98 % confidence. */
const P_MAX = 0.02;

/** Kayenta's way: the failure rate of each minute is a sample; every ten minutes all samples so far are compared by rank. */
export const MANN_WHITNEY: ComparatorKind = {
  name: "Mann-Whitney",
  judges: ["failures"],
  start: startMannWhitney,
};

function startMannWhitney(): Comparator {
  const candidateRates: number[] = [];
  const baselineRates: number[] = [];
  const minute = { candidate: [0, 0], baseline: [0, 0] };
  return {
    see: (tick, counts) => {
      for (const arm of ["candidate", "baseline"] as const) {
        minute[arm][0] = (minute[arm][0] ?? 0) + counts[arm].requests;
        minute[arm][1] = (minute[arm][1] ?? 0) + counts[arm].failures;
      }
      if (tick % SAMPLE_SECONDS !== 0) return false;
      pushRate(candidateRates, minute.candidate);
      pushRate(baselineRates, minute.baseline);
      minute.candidate = [0, 0];
      minute.baseline = [0, 0];
      const isLook = (tick / SAMPLE_SECONDS) % SAMPLES_PER_LOOK === 0;
      return isLook && mannWhitneyP(candidateRates, baselineRates) < P_MAX;
    },
  };
}

function pushRate(rates: number[], [requests = 0, failures = 0]: readonly number[]): void {
  if (requests > 0) rates.push(failures / requests);
}

/**
 * One-sided p-value that the first sample is not larger than the second: normal approximation with ties and continuity
 * correction. 1 when either sample is empty, or when all values are the same.
 *
 * @see Mann and Whitney, On a test of whether one of two random variables is stochastically larger than the other, 1947
 */
export function mannWhitneyP(larger: readonly number[], smaller: readonly number[]): number {
  const [n1, n2] = [larger.length, smaller.length];
  const n = n1 + n2;
  if (n1 === 0 || n2 === 0) return 1;
  const values = [
    ...larger.map((value) => ({ value, isFirst: true })),
    ...smaller.map((value) => ({ value, isFirst: false })),
  ];
  values.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < n; ) {
    let end = start;
    while (end < n && values[end]?.value === values[start]?.value) end += 1;
    const size = end - start;
    const rank = (start + 1 + end) / 2;
    for (let index = start; index < end; index += 1) if (values[index]?.isFirst) rankSum += rank;
    ties += size ** 3 - size;
    start = end;
  }
  const u = rankSum - (n1 * (n1 + 1)) / 2;
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance <= 0) return 1;
  return normalTail((u - (n1 * n2) / 2 - 0.5) / Math.sqrt(variance));
}
