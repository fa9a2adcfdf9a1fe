import type { WorkloadContext } from "./workload.ts";

export type Subject = {
  readonly name: string;
  readonly isOn: (key: string, context: WorkloadContext) => boolean;
};

const WARM_UP_EVALUATIONS = 300_000;
/** One round of one subject takes about 1 ms at 10 ns: above the clock's grain, below a scheduler's slice. */
const ROUND_EVALUATIONS = 100_000;
const NS_PER_MS = 1_000_000;

/** How often something was on: read at the end, so that no evaluation can be optimised away. */
let onCount = 0;

/**
 * Nanoseconds an evaluation by subject, the median over rounds in which each subject has its turn, in changing order:
 * what disturbs the machine disturbs them all.
 */
export function measureInterleaved(
  subjects: readonly Subject[],
  key: string,
  contexts: readonly WorkloadContext[],
  otherKeys: readonly string[],
  rounds: number,
): ReadonlyMap<string, number> {
  for (const subject of subjects) {
    for (const other of otherKeys) evaluateMany(subject, other, contexts, WARM_UP_EVALUATIONS / 10);
    evaluateMany(subject, key, contexts, WARM_UP_EVALUATIONS);
  }
  const durations = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length];
      if (subject === undefined) continue;
      const startMs = performance.now();
      evaluateMany(subject, key, contexts, ROUND_EVALUATIONS);
      durations.get(subject.name)?.push(((performance.now() - startMs) * NS_PER_MS) / ROUND_EVALUATIONS);
    }
  }
  if (onCount < 0) throw new Error("an evaluation was counted below zero");
  return new Map([...durations].map(([name, times]) => [name, median(times)]));
}

function evaluateMany(subject: Subject, key: string, contexts: readonly WorkloadContext[], count: number): void {
  const { isOn } = subject;
  const mask = contexts.length - 1;
  for (let index = 0; index < count; index++) {
    const context = contexts[index & mask];
    if (context !== undefined && isOn(key, context)) onCount++;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
