/** Longest wait before the first new attempt; doubles with each failure. */
export const BACKOFF_BASE_MS = 500;
/** Longest wait between attempts. 10,000 instances spread over 30 s are 333 connections a second after an outage. */
export const BACKOFF_CAP_MS = 30_000;
/** A server that asks for more patience than this is asked again anyway. */
export const RETRY_AFTER_MAX_MS = 5 * 60_000;

/**
 * Exponential backoff with full jitter: uniform over [0, min(cap, base × 2^failures)), so that instances which lost the
 * server at the same moment do not come back at the same moment.
 *
 * @param failures attempts that failed in a row, 0 or more
 * @param random uniform over [0, 1)
 * @param retryAfterMs what the server asked for: waited in full, the jitter comes on top
 */
export function backoffMs(failures: number, random: () => number, retryAfterMs = 0): number {
  const jitter = random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(failures, 30));
  return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) + jitter;
}

/** Milliseconds from a `Retry-After` header (seconds or an HTTP date); 0 when absent, past or unreadable. */
export function parseRetryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : 0;
}
