import type { FlagDocument } from "@steadfast/core/flags/definition";
import type { Clock } from "./clock.ts";

export const POLL_INTERVAL_MS = 30_000;
export const POLL_INTERVAL_MIN_MS = 1_000;
export const INIT_TIMEOUT_MS = 3_000;
/** Cut off for so long, a client says STALE. Above the 45 s after which a silent stream is given up. */
export const STALE_AFTER_MS = 60_000;

export type SteadfastOptions = {
  /** The server's address, such as `http://localhost:4400`. */
  readonly url: string;
  /** A token of the role `client`. */
  readonly token: string;
  /** The environment's key. Default `production`. */
  readonly environment?: string;
  /** What this process calls itself in the list of instances, such as the service's name. */
  readonly instanceName?: string;
  /** Where the last snapshot is kept, so that a start without the server has one. */
  readonly snapshotFile?: string;
  /** Served when there is neither a snapshot file nor a server: a path, or the document itself. */
  readonly bundledSnapshot?: string | FlagDocument;
  /** Switches flags with the server dead: `{"flags": {"<key>": "OFF" | {"variant": "<name>"}}}`. Looked at every second. */
  readonly breakGlassFile?: string;
  /** Default true: changes arrive at once. Otherwise, and where streams do not get through, by polling. */
  readonly streaming?: boolean;
  /** Default 30,000. At least 1,000. */
  readonly pollIntervalMs?: number;
  /** How long a start waits for the server. Default 3,000. */
  readonly initTimeoutMs?: number;
  /** Counts requests by `withRequest`, `startRequest` and `observe`, and sends the counts. Default true. */
  readonly observe?: boolean | { /** Also counts users, by hash. Default true. */ readonly units?: boolean };
  /** Notes evaluations on the active OpenTelemetry span. Default true. */
  readonly annotateSpans?:
    | boolean
    | { /** Also the targeting key, which names a person. Default false. */ readonly contextId?: boolean };
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Uniform over [0, 1), for jitter. */
  readonly random?: () => number;
};

/** @throws {TypeError} when an option cannot be used. The token is never part of the message. */
export function checkOptions(options: SteadfastOptions): void {
  // In JavaScript also `undefined`: an environment variable that is not set.
  const token = options.token?.trim();
  if (!token) throw new TypeError("token: it is empty; give a token of the role client");
  // fetch would repeat a token that it cannot send in its error.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError("token: it holds characters that a token does not have; give it as it was shown");
  }
  const { initTimeoutMs, pollIntervalMs } = options;
  for (const [name, ms] of Object.entries({ initTimeoutMs, pollIntervalMs })) {
    if (Number.isNaN(ms)) throw new TypeError(`${name}: ${ms} is not a number of milliseconds`);
  }
}
