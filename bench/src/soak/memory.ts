import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { residentBytesOf } from "../processes/process-usage.ts";
import { spreadOf } from "../report/spread.ts";

const SAMPLE_MS = 2_000;
const SAMPLES_A_MINUTE = 60_000 / SAMPLE_MS;

export type MemoryWatch = { stop(): MemoryGrowth };

export type MemoryGrowth = {
  /** Median of the second quarter of the run and of its last: the first quarter is the warming up. Bytes. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly mostBytes: number;
  /** The median of each whole minute: whether it goes on growing. */
  readonly minutesBytes: readonly number[];
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
  if (quarter === 0) return { earlyBytes: Number.NaN, lateBytes: Number.NaN, mostBytes: Number.NaN, minutesBytes: [] };
  const minutes = Math.floor(samples.length / SAMPLES_A_MINUTE);
  return {
    earlyBytes: spreadOf(samples.slice(quarter, 2 * quarter)).median,
    lateBytes: spreadOf(samples.slice(-quarter)).median,
    mostBytes: Math.max(...samples),
    minutesBytes: Array.from({ length: minutes }, (_, minute) => {
      const from = minute * SAMPLES_A_MINUTE;
      return spreadOf(samples.slice(from, from + SAMPLES_A_MINUTE)).median;
    }),
  };
}

/** What is alive: after a full collection. Bytes; `NaN`: the process did not say. */
export type LiveMemory = { readonly heapBytes: number; readonly externalBytes: number };

const LIVE_WAIT_MS = 200;
const LIVE_WAITS_MAX = 150;

/** Asks a process that has loaded `live-memory.ts`. */
export async function readLiveMemory(pid: number, file: string): Promise<LiveMemory> {
  process.kill(pid, "SIGUSR2");
  for (let wait = 0; wait < LIVE_WAITS_MAX; wait += 1) {
    await sleep(LIVE_WAIT_MS);
    const text = await readFile(file, "utf8").catch(() => "");
    if (!text.endsWith("}")) continue;
    const live: LiveMemory = JSON.parse(text);
    return live;
  }
  return { heapBytes: Number.NaN, externalBytes: Number.NaN };
}
