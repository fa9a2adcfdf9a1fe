import { parseRetryAfterMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { describeFailure, discard } from "./control-plane.ts";
import { ServerSentEventParser } from "./server-sent-events.ts";

/** The server sends the snapshot at once: without it by now something between buffers the stream. */
export const FIRST_EVENT_TIMEOUT_MS = 10_000;
/** The server sends a heartbeat every 15 s: three missed ones and the connection is dead. */
export const SILENCE_TIMEOUT_MS = 45_000;

export type StreamEnd = {
  /** Status of a refusal, `undefined` when the stream broke or never came about. */
  readonly status?: number;
  readonly message: string;
  readonly retryAfterMs: number;
  /** How long events had been arriving. 0: none ever did. */
  readonly liveMs: number;
};

export type StreamDeps = {
  readonly clock: Clock;
  readonly open: (signal: AbortSignal) => Promise<Response>;
  /** Any byte: the server is there. */
  readonly onAlive: () => void;
  /** `data` of a `snapshot` event; `isFirst` in this connection. */
  readonly onSnapshot: (data: string, isFirst: boolean) => void;
};

/** Follows one snapshot stream until it ends, fails, falls silent or `signal` aborts. Never rejects. */
export async function followStream(deps: StreamDeps, signal: AbortSignal): Promise<StreamEnd> {
  const { clock } = deps;
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();

  let firstEventAtMs: number | undefined;
  let lastByteAtMs = clock.monotonicMs();
  let silentForMs = 0;
  let cancelWatch = (): void => undefined;
  // One timer that is set again when it fires early, not one for each chunk.
  const watch = (): void => {
    const limitMs = firstEventAtMs === undefined ? FIRST_EVENT_TIMEOUT_MS : SILENCE_TIMEOUT_MS;
    const leftMs = lastByteAtMs + limitMs - clock.monotonicMs();
    if (leftMs <= 0) {
      silentForMs = limitMs;
      stop();
    } else cancelWatch = clock.after(leftMs, "silence", watch);
  };
  watch();

  const end = (message: string, more: { status?: number; retryAfterMs?: number } = {}): StreamEnd => ({
    message: silentForMs > 0 ? `the stream was silent for ${silentForMs / 1000} s` : message,
    retryAfterMs: 0,
    liveMs: firstEventAtMs === undefined ? 0 : clock.monotonicMs() - firstEventAtMs,
    ...more,
  });

  try {
    const response = await deps.open(abort.signal);
    if (response.status !== 200) {
      await discard(response);
      const retryAfterMs = parseRetryAfterMs(response.headers.get("retry-after"), clock.nowMs());
      return end(`the server answered ${response.status}`, { status: response.status, retryAfterMs });
    }
    if (!response.headers.get("content-type")?.startsWith("text/event-stream") || response.body === null) {
      await discard(response);
      return end("what answered at the stream's address is not an event stream: check the url");
    }
    const parser = new ServerSentEventParser();
    for await (const chunk of response.body) {
      if (firstEventAtMs !== undefined) lastByteAtMs = clock.monotonicMs();
      deps.onAlive();
      for (const event of parser.push(chunk)) {
        if (event.event !== "snapshot") continue;
        const isFirst = firstEventAtMs === undefined;
        if (isFirst) {
          firstEventAtMs = clock.monotonicMs();
          lastByteAtMs = firstEventAtMs;
        }
        deps.onSnapshot(event.data, isFirst);
      }
    }
    return end("the server ended the stream");
  } catch (error) {
    return end(describeFailure(error));
  } finally {
    cancelWatch();
    signal.removeEventListener("abort", stop);
    stop();
  }
}
