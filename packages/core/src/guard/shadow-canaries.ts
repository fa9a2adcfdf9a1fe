import { type ArmCounts, UNIT_GROUP_COUNT } from "./counts.ts";
import type { ShadowReading } from "./decision.ts";
import type { GroupCounts } from "./design-effect.ts";
import { addBlock, type Evidence, LOG_ZERO, logEvidence, startEvidence } from "./evidence.ts";
import { BET_RATIOS, EMPTY_BLOCK, failureLogFactors, type RateBlock } from "./failure-rate-test.ts";
import type { FailureRateSignal, Stakes } from "./plan.ts";
import { addRateBlocks } from "./rate-signal.ts";
import {
  addMass,
  massAt,
  massOf,
  NO_MASS,
  type PendingPrior,
  type PriorMass,
  spreadPrior,
  toPending,
} from "./restart-prior.ts";
import { stakeOf } from "./stakes.ts";

/** Pretend canary j has the unit groups 2j and 2j+1 of the baseline's own traffic, against the other 18. */
const GROUPS_PER_CANARY = 2;
const SHADOW_CANARIES = UNIT_GROUP_COUNT / GROUPS_PER_CANARY;

export type ShadowState = {
  readonly ticks: number;
  readonly canaries: readonly ShadowCanary[];
};

type ShadowCanary = PendingPrior & {
  readonly block: RateBlock;
  readonly evidence: Evidence;
  readonly maxLogEvidence: number;
  readonly hasAlarmed: boolean;
};

/** What the shadows share with the real signal: all of it known before the tick. */
export type ShadowTest = {
  readonly signal: FailureRateSignal;
  readonly baselineRate: number;
  readonly designEffect: number;
  readonly plannedTicks: number;
  readonly stakes: Stakes;
  /** ln(1/α) of the rollout: an alarm is what would have rolled back. */
  readonly logLimit: number;
};

/** Judges the pretend canaries on one tick. @returns `null` until the source has told its unit groups */
export function foldShadows(
  state: ShadowState | null,
  test: ShadowTest,
  baseline: ArmCounts | undefined,
): ShadowState | null {
  if (baseline?.groups === undefined) return state;
  const groups = baseline.groups;
  const started = state ?? { ticks: 0, canaries: Array.from({ length: SHADOW_CANARIES }, () => START_CANARY) };
  const spread = spreadPrior(started.ticks + 1, Math.max(1, Math.ceil(test.plannedTicks)));
  // The same traffic has no later stage.
  const prior = massAt(spread, started.ticks === 0 ? "start" : "between", 0);
  const all = sumGroups(groups, 0, UNIT_GROUP_COUNT);
  return {
    ticks: started.ticks + 1,
    canaries: started.canaries.map((canary, j) => {
      const own = sumGroups(groups, j * GROUPS_PER_CANARY, (j + 1) * GROUPS_PER_CANARY);
      return foldCanary(canary, test, prior, {
        candidateRequests: own.requests,
        candidateFailures: own.failures,
        baselineRequests: all.requests - own.requests,
        baselineFailures: all.failures - own.failures,
      });
    }),
  };
}

export function readShadows(state: ShadowState | null): ShadowReading | null {
  if (state === null) return null;
  let falseAlarms = 0;
  let maxLogEvidence = LOG_ZERO;
  for (const canary of state.canaries) {
    if (canary.hasAlarmed) falseAlarms += 1;
    maxLogEvidence = Math.max(maxLogEvidence, canary.maxLogEvidence);
  }
  return { canaries: state.canaries.length, falseAlarms, maxLogEvidence };
}

const START_CANARY: ShadowCanary = {
  block: EMPTY_BLOCK,
  ...toPending(NO_MASS),
  evidence: startEvidence(BET_RATIOS.length),
  maxLogEvidence: 0,
  hasAlarmed: false,
};

function foldCanary(canary: ShadowCanary, test: ShadowTest, prior: PriorMass, added: RateBlock): ShadowCanary {
  const block = addRateBlocks(canary.block, added);
  const mass = addMass(massOf(canary), prior);
  if (block.candidateRequests === 0) return { ...canary, block, ...toPending(mass) };
  const logFactors = failureLogFactors(block, test.baselineRate, test.signal.tolerance);
  const evidence = addBlock(canary.evidence, stakeOf(test.stakes, "share", mass), logFactors, test.designEffect);
  const reached = logEvidence(evidence);
  return {
    block: EMPTY_BLOCK,
    ...toPending(NO_MASS),
    evidence,
    maxLogEvidence: Math.max(canary.maxLogEvidence, reached),
    hasAlarmed: canary.hasAlarmed || Math.log(test.signal.weight) + reached >= test.logLimit,
  };
}

function sumGroups(groups: GroupCounts, from: number, to: number): { requests: number; failures: number } {
  let requests = 0;
  let failures = 0;
  for (let group = from; group < to; group += 1) {
    const seen = groups.requests[group] ?? 0;
    requests += seen;
    failures += Math.min(groups.failures[group] ?? 0, seen);
  }
  return { requests, failures };
}
