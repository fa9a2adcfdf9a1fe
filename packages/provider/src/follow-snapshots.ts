import { backoffMs, parseRetryAfterMs } from "./backoff.ts";
import { type Clock, pause } from "./clock.ts";
import {
  type ControlPlane,
  describeFailure,
  describeRefusal,
  discard,
  REQUEST_TIMEOUT_MS,
  readText,
  SNAPSHOT_BYTES_MAX,
} from "./control-plane.ts";
import { followStream } from "./follow-stream.ts";
import { withTimeout } from "./with-timeout.ts";

/** After so many failed streams in a row something between may not let streams through: poll. */
export const STREAM_FAILURES_BEFORE_POLLING = 3;
/** While polling, a stream is tried again this often. */
export const STREAM_RETRY_MS = 60_000;
/** A stream that lived this long worked; a shorter one counts as failed, so that a flapping server is not hammered. */
export const STREAM_STEADY_MS = 10_000;
/** A refused token does not mend by asking often. Jittered by half of it to both sides. */
export const REFUSED_RETRY_MS = 60_000;

export type Transport = "stream" | "poll";

export type FollowDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly controlPlane: ControlPlane;
  readonly environment: string;
  readonly streaming: boolean;
  readonly pollIntervalMs: number;
  readonly etag: () => string | undefined;
  /** The server answered something useful: a byte of a stream, a snapshot or "not modified". */
  readonly onAlive: (transport: Transport) => void;
  /** `isFresh`: the first answer of a new connection, whose version may be lower (an older data folder was restored). */
  readonly onStreamed: (data: string, isFresh: boolean) => void;
  /** @returns false when the version was lower than the one in use and `isFresh` was false */
  readonly onPolled: (body: string, etag: string | undefined, isFresh: boolean) => boolean;
  readonly onNotModified: () => void;
  /** `isRefusal`: the token or the environment is wrong; a person must act. */
  readonly onFailure: (message: string, isRefusal: boolean) => void;
};

/** What is waited before the next attempt, and whether it failed. */
type Attempt = { readonly delayMs: number; readonly failed: boolean };

/**
 * Keeps the snapshot fresh until `signal` aborts: by stream, else by polling. One attempt and one timer at a time.
 *
 * Never rejects.
 */
export async function followSnapshots(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  let streamFailures = 0;
  let pollFailures = 0;
  let nextStreamAtMs = 0;
  let isFreshPoll = true;

  const stream = async (): Promise<Attempt> => {
    const end = await followStream(
      {
        clock: deps.clock,
        open: deps.controlPlane.openStream,
        onAlive: () => deps.onAlive("stream"),
        onSnapshot: deps.onStreamed,
      },
      signal,
    );
    isFreshPoll = true;
    streamFailures = end.liveMs >= STREAM_STEADY_MS ? 0 : streamFailures + 1;
    nextStreamAtMs = deps.clock.monotonicMs() + STREAM_RETRY_MS;
    if (signal.aborted) return { delayMs: 0, failed: true };
    return failed(deps, end, Math.max(0, streamFailures - 1));
  };

  const poll = async (): Promise<Attempt> => {
    const attempt = await pollOnce(deps, isFreshPoll, pollFailures, signal);
    pollFailures = attempt.failed ? pollFailures + 1 : 0;
    isFreshPoll = attempt.failed || attempt.wasOlder;
    return attempt;
  };

  while (!signal.aborted) {
    const mayStream =
      deps.streaming && (streamFailures < STREAM_FAILURES_BEFORE_POLLING || deps.clock.monotonicMs() >= nextStreamAtMs);
    const { delayMs } = mayStream ? await stream() : await poll();
    await pause(deps.clock, delayMs, "reconnect", signal);
  }
}

async function pollOnce(
  deps: FollowDeps,
  isFresh: boolean,
  failures: number,
  signal: AbortSignal,
): Promise<Attempt & { wasOlder: boolean }> {
  try {
    const answer = await withTimeout(deps.clock, REQUEST_TIMEOUT_MS, signal, async (bounded) => {
      const response = await deps.controlPlane.fetchSnapshot(deps.etag(), bounded);
      if (response.status === 200) return { response, body: await readText(response, SNAPSHOT_BYTES_MAX) };
      await discard(response);
      return { response, body: undefined };
    });
    const { response, body } = answer;
    if (body === undefined && response.status !== 304) {
      const retryAfterMs = parseRetryAfterMs(response.headers.get("retry-after"), deps.clock.nowMs());
      const refusal = { status: response.status, message: `the server answered ${response.status}`, retryAfterMs };
      return { ...failed(deps, refusal, failures), wasOlder: false };
    }
    deps.onAlive("poll");
    let wasTaken = true;
    if (body === undefined) deps.onNotModified();
    else wasTaken = deps.onPolled(body, response.headers.get("etag") ?? undefined, isFresh);
    // ±20 %, so that instances which started together drift apart.
    return { delayMs: deps.pollIntervalMs * (0.8 + 0.4 * deps.random()), failed: false, wasOlder: !wasTaken };
  } catch (error) {
    return { ...failed(deps, { message: describeFailure(error), retryAfterMs: 0 }, failures), wasOlder: false };
  }
}

function failed(
  deps: FollowDeps,
  end: { readonly status?: number; readonly message: string; readonly retryAfterMs: number },
  failures: number,
): Attempt {
  const isRefusal = end.status === 401 || end.status === 403 || end.status === 404;
  deps.onFailure(isRefusal ? describeRefusal(end.status, deps.environment) : end.message, isRefusal);
  const delayMs = isRefusal
    ? end.retryAfterMs + REFUSED_RETRY_MS * (0.5 + deps.random())
    : backoffMs(failures, deps.random, end.retryAfterMs);
  return { delayMs, failed: true };
}
