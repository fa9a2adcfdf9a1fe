import type { FlagValue, Json } from "@steadfast/core/flags/definition";
import type { EvaluationContext } from "@steadfast/core/flags/evaluation";
import { recordingSpan } from "./active-span.ts";
import { checkOptions, type SteadfastOptions } from "./client-options.ts";
import { type Clock, pause, systemClock } from "./clock.ts";
import { createControlPlane } from "./control-plane.ts";
import { type ClientEvaluation, evaluateSnapshot } from "./evaluate-snapshot.ts";
import type { Exposure, RequestOutcome } from "./observation-window.ts";
import { type ObservedRequest, Observer, type ObserverStatistics } from "./observer.ts";
import { type ClientEvent, type ClientStatus, SnapshotKeeper } from "./snapshot-keeper.ts";
import { SpanAnnotations } from "./span-annotations.ts";

export const PROVIDER_NAME = "steadfast";
/** `close` waits this long for the last counts to be taken. */
export const CLOSE_TIMEOUT_MS = 2_000;

const NO_CONTEXT: EvaluationContext = {};

/** Follows an environment's flags and answers from memory. Close it, or it keeps the process alive. */
export class SteadfastClient {
  readonly environment: string;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #keeper: SnapshotKeeper;
  readonly #observer: Observer | undefined;
  readonly #annotations = new SpanAnnotations(PROVIDER_NAME);
  readonly #annotatesSpans: boolean;
  readonly #annotatesContextId: boolean;
  #started: Promise<void> | undefined;

  /** @throws {TypeError} when an option cannot be used */
  constructor(options: SteadfastOptions) {
    checkOptions(options);
    this.environment = options.environment ?? "production";
    this.#clock = options.clock ?? systemClock;
    const { annotateSpans = true, observe = true, random = Math.random } = options;
    const { environment } = this;
    const controlPlane = createControlPlane({ ...options, environment, fetch: options.fetch ?? fetch });
    const shared = { environment, clock: this.#clock, random, controlPlane, signal: this.#abort.signal };
    this.#keeper = new SnapshotKeeper({ ...shared, options });
    if (observe !== false) {
      this.#observer = new Observer({ ...shared, countsUnits: observe === true || observe.units !== false });
    }
    this.#annotatesSpans = annotateSpans !== false;
    this.#annotatesContextId = typeof annotateSpans === "object" && annotateSpans.contextId === true;
  }

  /**
   * Starts if need be. Resolves when there is something to serve: from the server, else from a file after `initTimeoutMs` or
   * the first failure.
   *
   * @throws {NothingToServeError} when there is nothing; the client keeps trying, and says `ready` when it succeeds
   */
  async ready(): Promise<void> {
    this.#started ??= this.#start();
    await this.#started;
  }

  evaluate(key: string, context: EvaluationContext = NO_CONTEXT): ClientEvaluation {
    const evaluation = this.resolve(key, context);
    this.noteEvaluation(key, evaluation, context.targetingKey);
    return evaluation;
  }

  boolean(key: string, fallback: boolean, context?: EvaluationContext): boolean {
    return this.#typed(key, fallback, context, (value) => typeof value === "boolean");
  }

  string(key: string, fallback: string, context?: EvaluationContext): string {
    return this.#typed(key, fallback, context, (value) => typeof value === "string");
  }

  number(key: string, fallback: number, context?: EvaluationContext): number {
    return this.#typed(key, fallback, context, (value) => typeof value === "number");
  }

  object(key: string, fallback: { readonly [name: string]: Json }, context?: EvaluationContext) {
    return this.#typed(key, fallback, context, (value) => typeof value === "object");
  }

  /** Evaluates and leaves no trace: no span, no exposure. */
  resolve(key: string, context: EvaluationContext): ClientEvaluation {
    return evaluateSnapshot(this.#keeper.snapshot, this.#keeper.overrides, key, context, this.#clock.nowMs());
  }

  /** Remembers what the application was told: for the request under way, and on the active span. */
  noteEvaluation(flag: string, evaluation: Noted, targetingKey: string | undefined): void {
    if (evaluation.variant !== undefined && evaluation.errorCode === undefined) {
      this.#observer?.exposed(flag, evaluation.variant, targetingKey);
    }
    const span = this.#annotatesSpans ? recordingSpan() : undefined;
    if (!span) return;
    const { metadata } = this.#keeper.snapshot?.flagSet ?? {};
    this.#annotations.annotate(span, {
      flag,
      variant: evaluation.variant,
      reason: evaluation.reason,
      errorCode: evaluation.errorCode,
      setId: typeof metadata?.flagSetId === "string" ? metadata.flagSetId : undefined,
      version: metadata?.version === undefined ? undefined : String(metadata.version),
      contextId: this.#annotatesContextId ? targetingKey : undefined,
    });
  }

  /** Counts one request for one flag, where `withRequest` does not fit. */
  observe(exposure: Exposure, outcome: RequestOutcome): void {
    this.#observer?.observe(exposure, outcome);
  }

  /** Begins a request of the application. Run the work in `run`, and `end` it when the answer is out. */
  startRequest(targetingKey?: string): ObservedRequest {
    return this.#observer?.startRequest(targetingKey) ?? UNOBSERVED;
  }

  /** Measures `work` as one request: its time, and whether it threw or was marked as failed. */
  async withRequest<T>(
    targetingKey: string | undefined,
    work: (request: ObservedRequest) => T | Promise<T>,
  ): Promise<T> {
    return this.#observer ? this.#observer.withRequest(targetingKey, work) : work(UNOBSERVED);
  }

  /** Marks the request that the caller runs in as failed. */
  markFailed(): void {
    this.#observer?.markFailed();
  }

  status(): ClientStatus {
    return this.#keeper.status();
  }

  statistics(): ObserverStatistics {
    return this.#observer?.statistics() ?? NOTHING_OBSERVED;
  }

  /** Calls `listener` for every event until the returned function is called. */
  onEvent(listener: (event: ClientEvent) => void): () => void {
    return this.#keeper.onEvent(listener);
  }

  /** Sends the last counts, waits at most `CLOSE_TIMEOUT_MS` for that, and lets go of everything. */
  async close(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const waited = new AbortController();
    await Promise.race([this.#observer?.flush(), pause(this.#clock, CLOSE_TIMEOUT_MS, "request", waited.signal)]);
    waited.abort();
    this.#abort.abort();
    await this.#keeper.close();
  }

  async #start(): Promise<void> {
    await this.#keeper.start();
  }

  #typed<T extends FlagValue>(
    key: string,
    fallback: T,
    context: EvaluationContext = NO_CONTEXT,
    fits: (value: FlagValue) => value is T,
  ): T {
    const evaluation = this.resolve(key, context);
    const { value } = evaluation;
    const isFit = value === undefined || fits(value);
    this.noteEvaluation(key, isFit ? evaluation : TYPE_MISMATCH, context.targetingKey);
    return isFit && value !== undefined ? value : fallback;
  }
}

type Noted = { readonly variant?: string; readonly reason: string; readonly errorCode?: string };

const TYPE_MISMATCH: Noted = { reason: "ERROR", errorCode: "TYPE_MISMATCH" };

const UNOBSERVED: ObservedRequest = { run: (work) => work(), markFailed: () => undefined, end: () => undefined };

const NOTHING_OBSERVED: ObserverStatistics = {
  counted: 0,
  uncounted: 0,
  sent: 0,
  dropped: 0,
  queuedBatches: 0,
  lastError: undefined,
};
