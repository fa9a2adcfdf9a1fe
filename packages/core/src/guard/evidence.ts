/**
 * Evidence of one signal: several bets side by side, each with restarts, in natural logarithms.
 *
 * `S_k ← L_k^{1/φ}·(S_k + π)`, `E = mean_k S_k + (1 − Σπ)`. Under the null E is below 1/α for ever with a
 * probability of at least 1 − α, whenever it is looked at (an e-process with Shiryaev-Roberts restarts).
 */
export type Evidence = {
  /** ln S_k, finite: `LOG_ZERO` stands for S = 0. */
  readonly logBets: readonly number[];
  /** Σπ spent so far, 0..1. */
  readonly spentPrior: number;
};

/** Stands for ln 0, so that the state stays finite and survives JSON. e^LOG_ZERO is 0 in every sum. */
export const LOG_ZERO = -1e12;
/** A day of 100,000 requests per second that all fail stays below: 86,400 × 10^5 × ln(10^6) ≈ 1.2e11. */
const LOG_MAX = 1e12;

export function startEvidence(betCount: number): Evidence {
  return { logBets: new Array<number>(betCount).fill(LOG_ZERO), spentPrior: 0 };
}

/**
 * Adds one closed block.
 *
 * @param prior π, the part of the prior spent on a regression that begins with this block; or that of each bet, whose
 *   mean is what is spent
 * @param logFactors ln L_k, one for each bet
 * @param designEffect φ ≥ 1, known before the block
 */
export function addBlock(
  evidence: Evidence,
  prior: number | readonly number[],
  logFactors: readonly number[],
  designEffect: number,
): Evidence {
  const wanted = typeof prior === "number" ? prior : mean(prior);
  const mass = Math.min(wanted, restOf(evidence));
  if (!Number.isFinite(mass)) throw new Error(`${UNREADABLE}: what is staked next is not a number. ${WHAT_TO_DO}`);
  const part = wanted > 0 ? mass / wanted : 0;
  const logBets = evidence.logBets.map((logBet, k) => {
    const stake = typeof prior === "number" ? mass : part * (prior[k] ?? 0);
    const grown = (logFactors[k] ?? 0) / designEffect + logAdd(logBet, stake > 0 ? Math.log(stake) : LOG_ZERO);
    return Math.min(LOG_MAX, Math.max(LOG_ZERO, grown));
  });
  return { logBets, spentPrior: Math.min(1, evidence.spentPrior + Math.max(0, mass)) };
}

const UNREADABLE = "The stored evidence cannot be continued";
const WHAT_TO_DO = "Roll this rollout back, then start it again.";

/**
 * What is not spent yet of the prior.
 *
 * @throws {Error} when a stored state does not say: with a new budget a sound candidate would be taken back too often,
 *   with none a broken one would go on unseen, so a person is asked instead
 */
function restOf({ spentPrior }: Evidence): number {
  if (Number.isFinite(spentPrior)) return 1 - spentPrior;
  throw new Error(`${UNREADABLE}: how much of the prior is spent is not a number. ${WHAT_TO_DO}`);
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** ln E, finite. 0 before the first block. */
export function logEvidence(evidence: Evidence): number {
  const rest = restOf(evidence);
  const logMean = logSumExp(evidence.logBets) - Math.log(evidence.logBets.length);
  return plainZero(Math.max(LOG_ZERO, logAdd(logMean, rest > 0 ? Math.log(rest) : LOG_ZERO)));
}

/** ln(e^a + e^b) without overflow. */
export function logAdd(a: number, b: number): number {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** ln Σ e^x without overflow; `LOG_ZERO` for an empty list. */
export function logSumExp(logs: readonly number[]): number {
  let largest = LOG_ZERO;
  for (const log of logs) if (log > largest) largest = log;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return sum > 0 ? largest + Math.log(sum) : LOG_ZERO;
}

/** −0 becomes 0, which JSON can carry. */
export function plainZero(value: number): number {
  return value === 0 ? 0 : value;
}
