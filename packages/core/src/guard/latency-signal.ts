import type { ArmCounts, HistogramCounts } from "./counts.ts";
import { addBlock, type Evidence, startEvidence } from "./evidence.ts";
import {
  BUCKETS_PER_DOUBLING,
  EMPTY_HISTOGRAM,
  histogramTotal,
  MIN_BUCKET_INDEX,
  mergeHistograms,
} from "./histogram.ts";
import {
  binLatencies,
  chooseLatencyCuts,
  EMPTY_BINS,
  LATENCY_BET_COUNT,
  type LatencyBlock,
  type LatencyCuts,
  latencyLogFactors,
  oneArmLatencyLogFactors,
  ratioToShift,
  smoothedBinShares,
  sum,
} from "./latency-test.ts";
import type { LatencySignal } from "./plan.ts";
import { addToRate, type Exposure, NO_EXPOSURE, NO_RATE, type RecentRate, type SignalTick } from "./signal-context.ts";
import { BASELINE_WAIT_TICKS, GROSS_LATENCY_RATIO, isComparable } from "./stage-mode.ts";

/** What is frozen once the baseline has enough latencies. */
export type FrozenCuts = {
  readonly indexes: LatencyCuts;
  /** For each of `LATENCY_PROMISES`: shares of the six bins of a candidate that much slower than tolerated. */
  readonly slowerShares: readonly (readonly number[])[];
};

/** A latency signal between two ticks. */
export type LatencySignalState = {
  readonly kind: "latency";
  readonly cuts: FrozenCuts | null;
  /** Baseline latencies gathered until cut points can be frozen; empty afterwards. */
  readonly gathered: HistogramCounts;
  /** Baseline counts in the six bins, past blocks only. */
  readonly past: readonly number[];
  readonly block: LatencyBlock;
  readonly pendingPrior: number;
  /** Ticks since the open block's first candidate latency: it has no baseline yet. */
  readonly waitedTicks: number;
  readonly evidence: Evidence;
  readonly gross: Evidence;
  /** Since the first share stage, for people to read. */
  readonly baseline: ArmTotal;
  readonly candidate: ArmTotal;
  /** Latencies judged in this stage. */
  readonly stageExposure: Exposure;
  /** Latencies that arrive, judged or not. */
  readonly rate: RecentRate;
};

export type ArmTotal = {
  readonly requests: number;
  readonly failures: number;
  readonly latency: HistogramCounts;
};

/** How much slower, beyond what is tolerated, a stage promises to catch: by the failure rate that it promises. */
export const LATENCY_PROMISES = [
  { fromFailureRate: 0.1, ratio: 3 },
  { fromFailureRate: 0.01, ratio: 1.5 },
  { fromFailureRate: 0, ratio: 1.25 },
] as const;

const EMPTY_LATENCY_BLOCK: LatencyBlock = { candidate: EMPTY_BINS, baseline: EMPTY_BINS };
const EMPTY_TOTAL: ArmTotal = { requests: 0, failures: 0, latency: EMPTY_HISTOGRAM };

export function startLatencySignal(signal: LatencySignal, history: ArmCounts | undefined): LatencySignalState {
  const empty: LatencySignalState = {
    kind: "latency",
    cuts: null,
    gathered: EMPTY_HISTOGRAM,
    past: EMPTY_BINS,
    block: EMPTY_LATENCY_BLOCK,
    pendingPrior: 0,
    waitedTicks: 0,
    evidence: startEvidence(LATENCY_BET_COUNT),
    gross: startEvidence(LATENCY_BET_COUNT),
    baseline: EMPTY_TOTAL,
    candidate: EMPTY_TOTAL,
    stageExposure: NO_EXPOSURE,
    rate: NO_RATE,
  };
  return gatherCuts(signal, empty, history?.latency);
}

/** Folds one tick in. Ticks before the cut points are frozen, and unsettled ones, only teach what is usual. */
export function foldLatencySignal(
  signal: LatencySignal,
  state: LatencySignalState,
  tick: SignalTick,
): LatencySignalState {
  const candidate = tick.counts?.candidate.latency ?? EMPTY_HISTOGRAM;
  const baseline = (tick.mode === "last" ? undefined : tick.counts?.baseline.latency) ?? EMPTY_HISTOGRAM;
  const moved = startOfTick(state, tick, histogramTotal(candidate) + histogramTotal(baseline));
  if (moved.cuts === null) return gatherCuts(signal, moved, baseline);

  const indexes = moved.cuts.indexes;
  const shift = candidateShift(signal, tick.mode !== "share");
  const baselineBins = binLatencies(baseline, indexes, 0);
  if (!tick.isSettled) return { ...moved, past: addBins(moved.past, baselineBins) };

  const candidateBins = binLatencies(candidate, indexes, shift);
  const block = {
    candidate: addBins(moved.block.candidate, candidateBins),
    baseline: addBins(moved.block.baseline, baselineBins),
  };
  const added = { candidate: sum(candidateBins), baseline: sum(baselineBins) };
  const judged: LatencySignalState = {
    ...moved,
    stageExposure: {
      candidate: moved.stageExposure.candidate + added.candidate,
      baseline: moved.stageExposure.baseline + added.baseline,
    },
  };
  if (!isComparable(sum(block.candidate), sum(block.baseline), tick.mode)) return waitForBaseline({ ...judged, block });
  return closeBlock(judged, block, tick);
}

function waitForBaseline(state: LatencySignalState): LatencySignalState {
  if (sum(state.block.candidate) === 0) return state;
  if (state.waitedTicks >= BASELINE_WAIT_TICKS) return { ...state, block: EMPTY_LATENCY_BLOCK, waitedTicks: 0 };
  return { ...state, waitedTicks: state.waitedTicks + 1 };
}

function closeBlock(state: LatencySignalState, block: LatencyBlock, tick: SignalTick): LatencySignalState {
  const shares = smoothedBinShares(state.past);
  const closed: LatencySignalState = {
    ...state,
    block: EMPTY_LATENCY_BLOCK,
    pendingPrior: 0,
    waitedTicks: 0,
    past: addBins(state.past, block.baseline),
  };
  if (tick.mode === "share") {
    return { ...closed, evidence: addBlock(state.evidence, state.pendingPrior, latencyLogFactors(block, shares), 1) };
  }
  const logFactors =
    tick.mode === "audience" ? latencyLogFactors(block, shares) : oneArmLatencyLogFactors(block.candidate, shares);
  return { ...closed, gross: addBlock(state.gross, state.pendingPrior, logFactors, 1) };
}

function startOfTick(state: LatencySignalState, tick: SignalTick, arrived: number): LatencySignalState {
  const isTotalled = tick.mode !== "audience" && tick.counts !== undefined;
  return {
    ...state,
    block: tick.isModeNew ? EMPTY_LATENCY_BLOCK : state.block,
    gross: tick.isModeNew ? startEvidence(LATENCY_BET_COUNT) : state.gross,
    pendingPrior: (tick.isModeNew ? 0 : state.pendingPrior) + tick.prior.even,
    stageExposure: tick.isStageNew ? NO_EXPOSURE : state.stageExposure,
    rate: addToRate(state.rate, arrived),
    baseline: isTotalled && tick.mode !== "last" ? addTotal(state.baseline, tick.counts?.baseline) : state.baseline,
    candidate: isTotalled ? addTotal(state.candidate, tick.counts?.candidate) : state.candidate,
  };
}

/** Freezes the cut points as soon as the baseline has enough latencies. */
function gatherCuts(
  signal: LatencySignal,
  state: LatencySignalState,
  baseline: HistogramCounts | undefined,
): LatencySignalState {
  if (baseline === undefined) return state;
  const gathered = mergeHistograms(state.gathered, baseline);
  const indexes = chooseLatencyCuts(gathered);
  if (indexes === null) return { ...state, gathered };
  const slowerShares = LATENCY_PROMISES.map(({ ratio }) =>
    slowerBinShares(gathered, indexes, candidateShift(signal, false), ratio),
  );
  return {
    ...state,
    cuts: { indexes, slowerShares },
    gathered: EMPTY_HISTOGRAM,
    past: binLatencies(gathered, indexes, 0),
  };
}

/**
 * Shares of the six bins when everything takes `ratio` times what is tolerated. What was too short to measure moves
 * with the rest, as if it lay just below the smallest bucket: left at zero, it could never show a difference, and a
 * service that is that fast would wait for ever.
 */
function slowerBinShares(usual: HistogramCounts, cuts: LatencyCuts, tolerated: number, ratio: number): number[] {
  const shift = tolerated + Math.round(Math.log2(ratio) * BUCKETS_PER_DOUBLING);
  const bins = addBins(
    binLatencies({ ...usual, zeroCount: 0, offset: usual.offset + shift }, cuts, tolerated),
    binLatencies(
      { zeroCount: 0, offset: MIN_BUCKET_INDEX - 1 + shift, bucketCounts: [usual.zeroCount] },
      cuts,
      tolerated,
    ),
  );
  const total = sum(bins);
  return bins.map((count) => count / total);
}

function candidateShift(signal: LatencySignal, isGross: boolean): number {
  return ratioToShift(signal.tolerance.ratio) + (isGross ? ratioToShift(GROSS_LATENCY_RATIO) : 0);
}

function addTotal(total: ArmTotal, arm: ArmCounts | undefined): ArmTotal {
  if (arm === undefined) return total;
  return {
    requests: total.requests + arm.requests,
    failures: total.failures + arm.failures,
    latency: arm.latency ? mergeHistograms(total.latency, arm.latency) : total.latency,
  };
}

function addBins(a: readonly number[], b: readonly number[]): number[] {
  return a.map((count, bin) => count + (b[bin] ?? 0));
}
