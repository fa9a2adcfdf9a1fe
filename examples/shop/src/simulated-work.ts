import { setTimeout as wait } from "node:timers/promises";

/** Spread of the logarithm of a step's time: the slowest 1 % take 2.3 times the median, as services do. */
const LATENCY_SIGMA = 0.35;

/** A standard normal number, by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Time that a database or another service takes: log-normal around `medianMs`. */
export async function simulateWork(medianMs: number, random: () => number): Promise<void> {
  await wait(medianMs * Math.exp(LATENCY_SIGMA * normal(random)));
}
