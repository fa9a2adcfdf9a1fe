import { residentBytesOf } from "../processes/process-usage.ts";
import { spreadOf } from "../report/spread.ts";

const SAMPLE_MS = 2_000;

export type MemoryWatch = { stop(): MemoryGrowth };

export type MemoryGrowth = {
  /** Median of the second quarter of the run and of its last: the first quarter is the warming up. Bytes. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly mostBytes: number;
};

/** Samples a process's resident memory. */
export function watchMemory(pid: number): MemoryWatch {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const bytes = residentBytesOf(pid);
    if (bytes !== undefined) samples.push(bytes);
  }, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return growthOf(samples);
    },
  };
}

/** @param samples in the order of time */
export function growthOf(samples: readonly number[]): MemoryGrowth {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return { earlyBytes: Number.NaN, lateBytes: Number.NaN, mostBytes: Number.NaN };
  return {
    earlyBytes: spreadOf(samples.slice(quarter, 2 * quarter)).median,
    lateBytes: spreadOf(samples.slice(-quarter)).median,
    mostBytes: Math.max(...samples),
  };
}
