import type { Clock } from "./clock.ts";

/**
 * - `not-ready`: no snapshot yet
 * - `ready`: the server confirmed the snapshot, and was heard of lately
 * - `stale`: the last known good is served; the server was not heard of for a while
 * - `error`: a person must act (a refused token, a snapshot that cannot be read); the last known good is served, if any
 */
export type ClientState = "not-ready" | "ready" | "stale" | "error";

export type FreshnessDeps = {
  readonly clock: Clock;
  readonly staleAfterMs: number;
  readonly onState: (state: ClientState, message: string) => void;
};

/** Knows how long ago the server was heard of, and says when that becomes too long. */
export class Freshness {
  readonly #deps: FreshnessDeps;
  #state: ClientState = "not-ready";
  #aliveAtMs: number | undefined;
  /** The server confirmed the snapshot in this connection. */
  #isConfirmed = false;
  #cancelTimer: (() => void) | undefined;

  constructor(deps: FreshnessDeps) {
    this.#deps = deps;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Since the server was last heard of; `undefined` when it never was. */
  get ageMs(): number | undefined {
    return this.#aliveAtMs === undefined ? undefined : this.#deps.clock.monotonicMs() - this.#aliveAtMs;
  }

  /** Something arrived from the server. */
  alive(): void {
    this.#aliveAtMs = this.#deps.clock.monotonicMs();
    if (this.#isConfirmed && this.#state === "stale") this.#enter("ready", "the server is back");
  }

  /** The server says that the snapshot in use is the current one. */
  confirmed(): void {
    this.#isConfirmed = true;
    this.#aliveAtMs = this.#deps.clock.monotonicMs();
    this.#watch();
    if (this.#state !== "ready") this.#enter("ready", "the snapshot is current");
  }

  lost(): void {
    this.#isConfirmed = false;
  }

  failed(message: string): void {
    this.#isConfirmed = false;
    this.#enter("error", message);
  }

  /** Started without the server, from a file. */
  startedStale(message: string): void {
    this.#enter("stale", message);
  }

  close(): void {
    this.#cancelTimer?.();
  }

  #watch(): void {
    if (this.#cancelTimer) return;
    const leftMs = this.#deps.staleAfterMs - (this.ageMs ?? 0);
    if (leftMs > 0) {
      this.#cancelTimer = this.#deps.clock.after(leftMs, "freshness", () => {
        this.#cancelTimer = undefined;
        this.#watch();
      });
    } else if (this.#state === "ready") {
      const seconds = Math.round((this.ageMs ?? 0) / 1000);
      this.#enter("stale", `nothing was heard from the server for ${seconds} s; the last known good is served`);
    }
  }

  #enter(state: ClientState, message: string): void {
    if (state === "ready") this.#watch();
    this.#state = state;
    this.#deps.onState(state, message);
  }
}
