/** First and longest wait before the next attempt; the real wait is spread over 0..limit so that windows do not return at once. */
const RECONNECT_FIRST_MS = 500;
const RECONNECT_LONGEST_MS = 10_000;

/**
 * A quiet stream is opened anew after this long: comments that keep it alive are not visible to a page, so silence alone
 * does not tell a dead connection from a calm one. A fresh stream begins with the present state, which settles it.
 */
const SILENCE_LONGEST_MS = 30_000;

/** A server that took the connection and did not answer by then is tried again. */
const OPEN_LONGEST_MS = 10_000;

export type StreamState = "connecting" | "live" | "reconnecting";

export type EventStreamOptions = {
  /** Asked again for each attempt, so that it can name where to go on from. */
  readonly url: () => string;
  /** The name of the server-sent event to hand on. */
  readonly eventName: string;
  readonly onMessage: (data: string) => void;
  readonly onState: (state: StreamState) => void;
};

/**
 * Follows a server-sent event stream until the returned function is called: reconnects with full-jitter backoff, and lets
 * go while the window is hidden (a browser has six connections to a server, whatever the number of windows).
 */
export function followEventStream(options: EventStreamOptions): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let attempts = 0;
  let isStopped = false;

  const close = () => {
    window.clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const reopenAfter = (delayMs: number) => {
    close();
    timer = window.setTimeout(open, delayMs);
  };
  const heard = () => {
    attempts = 0;
    options.onState("live");
    window.clearTimeout(timer);
    timer = window.setTimeout(() => reopenAfter(0), SILENCE_LONGEST_MS);
  };
  const lost = () => {
    options.onState("reconnecting");
    const limitMs = Math.min(RECONNECT_LONGEST_MS, RECONNECT_FIRST_MS * 2 ** attempts);
    attempts += 1;
    reopenAfter(Math.random() * limitMs);
  };
  function open(): void {
    if (isStopped || document.hidden) return;
    source = new EventSource(options.url());
    timer = window.setTimeout(lost, OPEN_LONGEST_MS);
    source.addEventListener("open", heard);
    source.addEventListener(options.eventName, (message) => {
      heard();
      options.onMessage(String(message.data));
    });
    source.addEventListener("error", lost);
  }
  const onVisibility = () => {
    close();
    open();
  };

  options.onState("connecting");
  document.addEventListener("visibilitychange", onVisibility);
  open();
  return () => {
    isStopped = true;
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}
