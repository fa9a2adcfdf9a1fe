import { randomUUID } from "node:crypto";
import { backoffMs, parseRetryAfterMs } from "./backoff.ts";
import { type Clock, pause } from "./clock.ts";
import { type ControlPlane, describeFailure, discard, REQUEST_TIMEOUT_MS } from "./control-plane.ts";
import type { Observation } from "./observation.ts";
import { withTimeout } from "./with-timeout.ts";

/** Seconds that wait to be sent. The guard judges seconds; half a minute late they are of no use any more. */
export const BATCHES_QUEUED_MAX = 30;
/** What the server takes in one request. */
export const OBSERVATIONS_PER_BATCH_MAX = 10_000;
/** Each batch is tried this often. */
export const ATTEMPTS_MAX = 2;

export type SenderStatistics = {
  readonly sent: number;
  readonly dropped: number;
  readonly queuedBatches: number;
  readonly lastError: string | undefined;
};

type Batch = { readonly idempotencyKey: string; readonly observations: readonly Observation[] };

export type SenderDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly controlPlane: ControlPlane;
  readonly signal: AbortSignal;
};

/** Sends batches one after the other in the background. When the server cannot follow, the oldest are dropped and counted. */
export class ObservationSender {
  readonly #deps: SenderDeps;
  readonly #queue: Batch[] = [];
  #sending: Promise<void> | undefined;
  #sent = 0;
  #dropped = 0;
  #lastError: string | undefined;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** Returns at once. */
  send(observations: readonly Observation[]): void {
    for (let start = 0; start < observations.length; start += OBSERVATIONS_PER_BATCH_MAX) {
      const batch = observations.slice(start, start + OBSERVATIONS_PER_BATCH_MAX);
      this.#queue.push({ idempotencyKey: randomUUID(), observations: batch });
    }
    while (this.#queue.length > BATCHES_QUEUED_MAX) this.#dropped += this.#queue.shift()?.observations.length ?? 0;
    if (this.#queue.length > 0) this.#sending ??= this.#sendAll();
  }

  /** Resolves when nothing waits any more. */
  async flushed(): Promise<void> {
    await this.#sending;
  }

  statistics(): SenderStatistics {
    return {
      sent: this.#sent,
      dropped: this.#dropped,
      queuedBatches: this.#queue.length,
      lastError: this.#lastError,
    };
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      if (await this.#sendBatch(batch)) this.#sent += batch.observations.length;
      else this.#dropped += batch.observations.length;
    }
    this.#sending = undefined;
  }

  async #sendBatch(batch: Batch): Promise<boolean> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && !this.#deps.signal.aborted; attempt += 1) {
      const outcome = await this.#post(batch);
      if (outcome.taken) return true;
      this.#lastError = outcome.message;
      if (!outcome.mayRetry) return false;
      if (attempt < ATTEMPTS_MAX) {
        const delayMs = backoffMs(attempt, this.#deps.random, outcome.retryAfterMs);
        await pause(this.#deps.clock, delayMs, "observations", this.#deps.signal);
      }
    }
    return false;
  }

  async #post(batch: Batch) {
    const { clock, controlPlane, signal } = this.#deps;
    try {
      const response = await withTimeout(clock, REQUEST_TIMEOUT_MS, signal, async (bounded) => {
        const answer = await controlPlane.postObservations(batch.observations, batch.idempotencyKey, bounded);
        await discard(answer);
        return answer;
      });
      return {
        taken: response.ok,
        // What the server refuses for good is not asked again: a token without the right, a body it cannot read.
        mayRetry: response.status >= 500 || response.status === 429 || response.status === 408,
        retryAfterMs: parseRetryAfterMs(response.headers.get("retry-after"), clock.nowMs()),
        message: `the server answered observations with ${response.status}`,
      };
    } catch (error) {
      return { taken: false, mayRetry: true, retryAfterMs: 0, message: describeFailure(error) };
    }
  }
}
