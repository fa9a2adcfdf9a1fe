import { cpuMsSince } from "../report/cpu-time.ts";
import type { Subject } from "./subject.ts";

const WARM_UP_EVALUATIONS = 300_000;
/** A promise an evaluation makes the warm-up long; it is warm long before. */
const WARM_UP_MS_MAX = 500;
/** Above the clock's grain, below a scheduler's slice. */
const ROUND_MS = 4;
const ROUND_EVALUATIONS_MIN = 1_000;
const ROUND_EVALUATIONS_MAX = 400_000;
const NS_PER_MS = 1_000_000;

/** Nanoseconds of CPU time an evaluation, by subject, in the order of the rounds. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/**
 * Measures in rounds in which each subject has its turn, in changing order: what disturbs the machine disturbs them all.
 *
 * @param otherKeys are evaluated while warming up, as a real process evaluates more than one flag
 */
export async function measureInterleaved(
  subjects: readonly Subject[],
  key: string,
  otherKeys: readonly string[],
  rounds: number,
): Promise<Rounds> {
  let onCount = 0;
  const sizes = new Map<string, number>();
  for (const subject of subjects) {
    for (const other of otherKeys) onCount += await warmUp(subject, other, WARM_UP_EVALUATIONS / 10);
    onCount += await warmUp(subject, key, WARM_UP_EVALUATIONS);
    sizes.set(subject.name, await roundSize(subject, key));
  }
  const durations = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length];
      if (subject === undefined) continue;
      const size = sizes.get(subject.name) ?? ROUND_EVALUATIONS_MIN;
      const before = process.cpuUsage();
      const on = subject.evaluateMany(key, size);
      onCount += typeof on === "number" ? on : await on;
      durations.get(subject.name)?.push((cpuMsSince(before) * NS_PER_MS) / size);
    }
  }
  // Read here, so that no evaluation can be optimised away.
  if (onCount < 0) throw new Error("an evaluation was counted below zero");
  return durations;
}

async function warmUp(subject: Subject, key: string, count: number): Promise<number> {
  const untilMs = performance.now() + WARM_UP_MS_MAX;
  let on = 0;
  for (let done = 0; done < count && performance.now() < untilMs; done += ROUND_EVALUATIONS_MIN)
    on += await subject.evaluateMany(key, ROUND_EVALUATIONS_MIN);
  return on;
}

async function roundSize(subject: Subject, key: string): Promise<number> {
  const before = process.cpuUsage();
  await subject.evaluateMany(key, ROUND_EVALUATIONS_MIN);
  const size = (ROUND_EVALUATIONS_MIN * ROUND_MS) / cpuMsSince(before);
  return Math.round(Math.min(ROUND_EVALUATIONS_MAX, Math.max(ROUND_EVALUATIONS_MIN, size)));
}
