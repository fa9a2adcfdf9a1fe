import { BET_RATIOS, type RateBlock } from "./failure-rate-test.ts";

/**
 * ln L_k for events (crashes, log errors) with unequal exposure: given how many events there were in all, how many
 * fell to the candidate is binomial. Null: the candidate's rate is at most ρ times the baseline's.
 *
 * @param block exposure in `…Requests`, events in `…Failures` (may exceed the requests); w in 0 < w ≤ 1
 * @param toleratedRatio ρ ≥ 1
 */
export function eventLogFactors(block: RateBlock, toleratedRatio: number): number[] {
  const w = block.candidateRequests / (block.candidateRequests + block.baselineRequests);
  const nullTotal = toleratedRatio * w + 1 - w;
  return BET_RATIOS.map((betRatio) => {
    const ratio = toleratedRatio * betRatio;
    // θ_k/θ0 = betRatio·nullTotal/total and (1−θ_k)/(1−θ0) = nullTotal/total: w may be 1.
    const logTotals = Math.log(nullTotal / (ratio * w + 1 - w));
    return (
      block.candidateFailures * (Math.log(betRatio) + logTotals) +
      (block.baselineFailures === 0 ? 0 : block.baselineFailures * logTotals)
    );
  });
}

/**
 * The same without a concurrent baseline: Poisson events, null `rate ≤ limit` events per request.
 */
export function oneArmEventLogFactors(requests: number, events: number, limit: number): number[] {
  return BET_RATIOS.map((ratio) => events * Math.log(ratio) - (ratio - 1) * limit * requests);
}
