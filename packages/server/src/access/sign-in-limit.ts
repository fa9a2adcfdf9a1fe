import { isIPv6 } from "node:net";
import { ProblemError } from "../http/problem.ts";

/** Wrong tokens that one address may try at once: a person who pastes the wrong thing a few times is not held up. */
export const SIGN_IN_FAILURES_MAX = 10;

/** One more may be tried after this long. 86,400 guesses a day at a token of 256 random bits are none. */
export const SIGN_IN_FAILURE_FORGOTTEN_AFTER_MS = 1_000;

/** Addresses remembered, some 100 bytes each. Beyond it the one that failed longest ago is forgotten first. */
export const SIGN_IN_ADDRESSES_MAX = 10_000;

export type SignInLimit = {
  /**
   * Runs one attempt of an address. Only failures count, so who has the right token is not slowed by having signed in;
   * attempts under way count as failed until they are known.
   *
   * @param attempt `undefined`: it failed
   * @throws {ProblemError} `too-many-requests`, without running it
   */
  run<T>(address: string, attempt: () => Promise<T | undefined>): Promise<T | undefined>;
};

type Failures = { count: number; atMs: number };

/** A bucket of failures for each address, which leaks. Other addresses, tokens in headers and sessions are never held up. */
export function createSignInLimit(nowMs: () => number): SignInLimit {
  const failuresByAddress = new Map<string, Failures>();

  const take = (key: string): Failures => {
    const before = failuresByAddress.get(key);
    const now = nowMs();
    const leaked = before ? Math.max(0, now - before.atMs) / SIGN_IN_FAILURE_FORGOTTEN_AFTER_MS : 0;
    const count = Math.max(0, (before?.count ?? 0) - leaked);
    if (count + 1 > SIGN_IN_FAILURES_MAX) throw tooMany();
    const failures = { count: count + 1, atMs: now };
    // Put again, so that the map is in the order of failing.
    failuresByAddress.delete(key);
    failuresByAddress.set(key, failures);
    if (failuresByAddress.size > SIGN_IN_ADDRESSES_MAX) forgetOldest(failuresByAddress);
    return failures;
  };

  return {
    run: async (address, attempt) => {
      const key = networkOf(address);
      take(key);
      const result = await attempt();
      const failures = failuresByAddress.get(key);
      if (result !== undefined && failures) failures.count = Math.max(0, failures.count - 1);
      return result;
    },
  };
}

/** A home or a machine has a whole /64 of IPv6 to send from. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const left = head.split(":").filter((group) => group !== "");
  const right = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

function forgetOldest(failuresByAddress: Map<string, Failures>): void {
  const oldest = failuresByAddress.keys().next();
  if (!oldest.done) failuresByAddress.delete(oldest.value);
}

function tooMany(): ProblemError {
  return new ProblemError(
    "too-many-requests",
    `${SIGN_IN_FAILURES_MAX} wrong tokens came from this address within moments. Wait a second, and check that the token is whole.`,
    { retryAfterSeconds: Math.ceil(SIGN_IN_FAILURE_FORGOTTEN_AFTER_MS / 1_000) },
  );
}
