import { useSyncExternalStore } from "react";

const TICK_MS = 1_000;

/** One clock for the whole page: every relative time moves at the same moment, and nothing ticks when nobody looks. */
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    nowMs = Date.now();
    timer = window.setInterval(tick, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

/** Milliseconds since the epoch, anew each second. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}
