import { addBlock, type Evidence, logEvidence, startEvidence } from "@steadfast/core/guard/evidence";
import { nearestNullPoint } from "@steadfast/core/guard/failure-rate-test";
import { DEFAULT_ALPHA, type FailureTolerance } from "@steadfast/core/guard/plan";
import { seededRandom } from "./random.ts";
import { HISTORY_SECONDS, type Simulation } from "./simulate.ts";
import { armCounts, comparedCounts } from "./traffic.ts";

/** Of a rollout that the test rolled back, or of a whole one that it did not. */
export type Knowing = { readonly tick: number | null; readonly failures: number };

/**
 * The best that a valid test can do which is looked at once a second: it is told both failure rates, needs no history,
 * judges nothing else, and stakes all it has on that one case. What it does not know is when a late regression begins:
 * for that its stake is spread evenly over the seconds.
 *
 * No product can be this test. It stands beside the guard's figures as what is left of the bound once requests are whole,
 * seconds are whole and the beginning is unknown.
 */
export function runKnowingTest(simulation: Simulation, tolerance: FailureTolerance, seed: number): Knowing {
  const random = seededRandom(seed);
  const { requestsPerSecond, baseline, candidate, stageTicks, brokenAfterTick } = simulation;
  const share = simulation.shares[0] ?? 0;
  armCounts(random, requestsPerSecond, baseline, HISTORY_SECONDS);
  const isLate = brokenAfterTick > 0;
  let evidence: Evidence = startEvidence(1);
  let block = NO_BLOCK;
  let failures = 0;
  for (let tick = 1; tick <= stageTicks; tick += 1) {
    const behaviour = tick > brokenAfterTick ? candidate : baseline;
    const counts = comparedCounts(random, requestsPerSecond, share, baseline, behaviour);
    failures += counts.candidate.failures;
    block = {
      stake: block.stake + (isLate ? 1 / stageTicks : tick === 1 ? 1 : 0),
      candidate: addArms(block.candidate, counts.candidate),
      baseline: addArms(block.baseline, counts.baseline),
    };
    if (block.candidate.requests === 0 || block.baseline.requests === 0) continue;
    const factor = logFactor(block, candidate.failureRate, baseline.failureRate, tolerance);
    evidence = addBlock(evidence, block.stake, [factor], 1);
    block = NO_BLOCK;
    if (logEvidence(evidence) >= -Math.log(DEFAULT_ALPHA)) return { tick, failures };
  }
  return { tick: null, failures };
}

type Arm = { readonly requests: number; readonly failures: number };
type Block = { readonly stake: number; readonly candidate: Arm; readonly baseline: Arm };

const NO_ARM: Arm = { requests: 0, failures: 0 };
const NO_BLOCK: Block = { stake: 0, candidate: NO_ARM, baseline: NO_ARM };
/** A bet on certainty would be lost for good by one success. */
const CERTAIN = 1 - 1e-9;

function addArms(a: Arm, b: Arm): Arm {
  return { requests: a.requests + b.requests, failures: a.failures + b.failures };
}

function logFactor(block: Block, candidateRate: number, baselineRate: number, tolerance: FailureTolerance): number {
  const theta = Math.min(CERTAIN, candidateRate);
  const w = block.candidate.requests / (block.candidate.requests + block.baseline.requests);
  const t = nearestNullPoint(w, theta, baselineRate, tolerance);
  const u = tolerance.ratio * t + tolerance.add;
  return gain(block.candidate, theta, u) + gain(block.baseline, baselineRate, t);
}

/** ln of the likelihood ratio of one arm's counts. */
function gain({ requests, failures }: Arm, rate: number, nullRate: number): number {
  return failures * Math.log(rate / nullRate) + (requests - failures) * Math.log1p((nullRate - rate) / (1 - nullRate));
}
