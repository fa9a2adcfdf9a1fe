import { setTimeout as delay } from "node:timers/promises";

/** Generous: a slow machine is no failure. What is expected usually holds within a second or two. */
export const DEADLINE_MS = 60_000;
const POLL_MS = 50;

/**
 * Asks until `read` gives an answer.
 *
 * @param what for the message, such as "the rollout to complete"
 * @param read `undefined` or a thrown error: not yet
 * @throws {Error} after `deadlineMs`, with the last error as its cause
 */
export async function eventually<T>(
  what: string,
  read: () => Promise<T | undefined> | T | undefined,
  deadlineMs: number = DEADLINE_MS,
): Promise<T> {
  const giveUpAtMs = performance.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await read();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > giveUpAtMs) {
      throw new Error(`Waited ${deadlineMs / 1_000} s in vain for ${what}.`, { cause: lastError });
    }
    await delay(POLL_MS);
  }
}
