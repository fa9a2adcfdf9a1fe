import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock.ts";
import type { Observation } from "./observation.ts";
import { ObservationSender, type SenderDeps } from "./observation-sender.ts";
import { type Exposure, ObservationWindow, type RequestOutcome } from "./observation-window.ts";

/** Flags remembered for one request. A request that asks for more is counted for the first ones. */
export const EXPOSURES_PER_REQUEST_MAX = 100;
/** Each process sends at its own moment within this time after the second ended, so that they do not all send at once. */
export const SEND_SPREAD_MS = 200;

/** One request of the application, from `startRequest` to `end`. */
export type ObservedRequest = {
  /** Runs `work`: flags evaluated in it, also after an `await`, are remembered for this request. */
  readonly run: <T>(work: () => T) => T;
  readonly markFailed: () => void;
  /** Counts the request once for every flag that it evaluated. Calling it again does nothing. */
  readonly end: () => void;
};

export type ObserverStatistics = {
  /** Requests × flags that were counted. */
  readonly counted: number;
  /** Requests × flags that were not: too many pairs of flag and variant, too many flags in one request, or no name for a flag. */
  readonly uncounted: number;
  readonly sent: number;
  readonly dropped: number;
  readonly queuedBatches: number;
  readonly lastError: string | undefined;
};

type Scope = {
  readonly targetingKey: string | undefined;
  readonly exposures: Map<string, Exposure>;
  failed: boolean;
  ended: boolean;
};

export type ObserverDeps = SenderDeps & { readonly environment: string; readonly countsUnits: boolean };

/** Counts what requests came to, by the flags that they evaluated, and sends the counts each second. */
export class Observer {
  readonly #deps: ObserverDeps;
  readonly #clock: Clock;
  readonly #scopes = new AsyncLocalStorage<Scope>();
  readonly #window: ObservationWindow;
  readonly #sender: ObservationSender;
  readonly #sendOffsetMs: number;
  #cancelTimer: (() => void) | undefined;
  /** Seconds that ended and wait for the moment of sending. */
  #ended: Observation[] = [];
  #windowIsEmpty = true;
  #counted = 0;
  #uncounted = 0;

  constructor(deps: ObserverDeps) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#window = new ObservationWindow(deps.environment);
    this.#sender = new ObservationSender(deps);
    this.#sendOffsetMs = deps.random() * SEND_SPREAD_MS;
  }

  /** An evaluation answered `variant`. Costs one look-up outside a request. */
  exposed(flag: string, variant: string, targetingKey: string | undefined): void {
    const scope = this.#scopes.getStore();
    if (!scope || scope.ended || scope.exposures.has(flag)) return;
    if (scope.exposures.size >= EXPOSURES_PER_REQUEST_MAX) {
      this.#uncounted += 1;
      return;
    }
    const unit = scope.targetingKey ?? targetingKey;
    scope.exposures.set(flag, unit === undefined ? { flag, variant } : { flag, variant, targetingKey: unit });
  }

  observe(exposure: Exposure, outcome: RequestOutcome): void {
    if (this.#deps.signal.aborted) return;
    this.#endSecond();
    const { flag, variant } = exposure;
    if (!this.#window.add(this.#deps.countsUnits ? exposure : { flag, variant }, outcome)) {
      this.#uncounted += 1;
      return;
    }
    this.#counted += 1;
    this.#windowIsEmpty = false;
    this.#sendLater();
  }

  startRequest(targetingKey?: string): ObservedRequest {
    const scope: Scope = { targetingKey, exposures: new Map(), failed: false, ended: false };
    const startedAtMs = this.#clock.monotonicMs();
    return {
      run: (work) => this.#scopes.run(scope, work),
      markFailed: () => {
        scope.failed = true;
      },
      end: () => {
        if (scope.ended) return;
        scope.ended = true;
        const outcome = { failed: scope.failed, latencyMs: this.#clock.monotonicMs() - startedAtMs };
        for (const exposure of scope.exposures.values()) this.observe(exposure, outcome);
      },
    };
  }

  async withRequest<T>(
    targetingKey: string | undefined,
    work: (request: ObservedRequest) => T | Promise<T>,
  ): Promise<T> {
    const request = this.startRequest(targetingKey);
    try {
      return await request.run(() => work(request));
    } catch (error) {
      request.markFailed();
      throw error;
    } finally {
      request.end();
    }
  }

  /** Marks the request that the caller runs in, if there is one. */
  markFailed(): void {
    const scope = this.#scopes.getStore();
    if (scope) scope.failed = true;
  }

  /** Sends what was counted so far, the second under way included, and waits until it was taken or dropped. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#close();
    this.#sendEnded();
    await this.#sender.flushed();
  }

  statistics(): ObserverStatistics {
    return { counted: this.#counted, uncounted: this.#uncounted, ...this.#sender.statistics() };
  }

  #endSecond(): void {
    if (this.#second() !== this.#window.second) this.#close();
  }

  #close(): void {
    this.#ended.push(...this.#window.close(this.#second()));
    this.#windowIsEmpty = true;
  }

  /** One timer, and none while nothing is counted: an idle process is left in peace. */
  #sendLater(): void {
    const untilMs = 1000 - (this.#clock.nowMs() % 1000) + this.#sendOffsetMs;
    this.#cancelTimer ??= this.#clock.after(untilMs, "observations", () => {
      this.#cancelTimer = undefined;
      this.#endSecond();
      this.#sendEnded();
      if (!this.#windowIsEmpty) this.#sendLater();
    });
  }

  #sendEnded(): void {
    const ended = this.#ended;
    this.#ended = [];
    this.#sender.send(ended);
  }

  #second(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}
