import type { Clock } from "./clock.ts";

/** Runs `work` with a signal that aborts after `timeoutMs` or when `signal` does. Rejects as `work` does. */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const cancel = clock.after(timeoutMs, "request", () =>
    abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
  );
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work(abort.signal);
  } finally {
    cancel();
    signal.removeEventListener("abort", stop);
  }
}
