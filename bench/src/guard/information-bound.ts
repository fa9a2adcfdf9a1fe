import { DEFAULT_ALPHA } from "@steadfast/core/guard/plan";
import { informationPerRequest } from "@steadfast/core/guard/power";
import { NO_TOLERANCE } from "./plans.ts";
import { LATENCY_SIGMA } from "./traffic.ts";

/** Seconds below which no valid test can be on average: ln(1/α)/KL_inf requests. */
export function failureBoundSeconds(
  share: number,
  requestsPerSecond: number,
  baselineRate: number,
  candidateRate: number,
): number {
  const information = informationPerRequest(share, Math.min(candidateRate, 1 - 1e-9), baselineRate, NO_TOLERANCE);
  return Math.log(1 / DEFAULT_ALPHA) / information / requestsPerSecond;
}

/** The same for lognormal latencies that are `ratio` times slower, from the densities themselves. */
export function latencyBoundSeconds(share: number, requestsPerSecond: number, ratio: number): number {
  const shift = Math.log(ratio) / LATENCY_SIGMA;
  const step = 0.001;
  let information = 0;
  for (let z = -9; z < 9 + shift; z += step) {
    const baseline = density(z);
    const candidate = density(z - shift);
    const mixed = share * candidate + (1 - share) * baseline;
    information += step * (share * candidate * Math.log(candidate / mixed));
    information += step * ((1 - share) * baseline * Math.log(baseline / mixed));
  }
  return Math.log(1 / DEFAULT_ALPHA) / information / requestsPerSecond;
}

function density(z: number): number {
  return Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
}
