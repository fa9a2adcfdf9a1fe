import {
  ErrorCode,
  type EvaluationContext,
  type EvaluationDetails,
  type FlagMetadata,
  type FlagValue,
  type Hook,
  type HookContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import { PROVIDER_NAME, SteadfastClient } from "./client.ts";
import type { SteadfastOptions } from "./client-options.ts";
import type { ClientEvaluation } from "./evaluate-snapshot.ts";
import { toEvaluationContext } from "./evaluation-context.ts";
import type { Exposure, RequestOutcome } from "./observation-window.ts";
import type { ObservedRequest, ObserverStatistics } from "./observer.ts";
import type { ClientEvent, ClientStatus } from "./snapshot-keeper.ts";

const ERROR_CODES: Record<NonNullable<ClientEvaluation["errorCode"]>, ErrorCode> = {
  FLAG_NOT_FOUND: ErrorCode.FLAG_NOT_FOUND,
  PARSE_ERROR: ErrorCode.PARSE_ERROR,
  GENERAL: ErrorCode.GENERAL,
  PROVIDER_NOT_READY: ErrorCode.PROVIDER_NOT_READY,
  TYPE_MISMATCH: ErrorCode.TYPE_MISMATCH,
};

/**
 * OpenFeature provider for Steadfast: a thin layer over `SteadfastClient`.
 *
 * `initialize` rejects only when there is nothing to serve at all; the provider then keeps trying and says READY later.
 */
export class SteadfastProvider implements Provider {
  readonly metadata = { name: PROVIDER_NAME };
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly hooks: Hook[];
  readonly client: SteadfastClient;
  #hasInitialized = false;

  /** @throws {TypeError} when an option cannot be used */
  constructor(options: SteadfastOptions) {
    this.client = new SteadfastClient(options);
    this.client.onEvent((event) => this.#tell(event));
    const note = (hookContext: Readonly<HookContext>, details: EvaluationDetails<FlagValue>): void => {
      const { flagKey, reason = "UNKNOWN", variant, errorCode } = details;
      const evaluation = {
        reason,
        ...(variant === undefined ? {} : { variant }),
        ...(errorCode === undefined ? {} : { errorCode }),
      };
      this.client.noteEvaluation(flagKey, evaluation, hookContext.context.targetingKey);
    };
    this.hooks = [{ finally: note }];
  }

  async initialize(): Promise<void> {
    let said: ClientStatus["state"] = "error";
    try {
      await this.client.ready();
      said = "ready";
    } finally {
      // The SDK says READY or ERROR itself, after this promise; here only what differs from that.
      setImmediate(() => {
        this.#hasInitialized = true;
        const { state, lastError } = this.client.status();
        if (state !== said) this.#tellState(state, lastError);
      });
    }
  }

  async onClose(): Promise<void> {
    await this.client.close();
  }

  async resolveBooleanEvaluation(flag: string, fallback: boolean, context: EvaluationContext) {
    return this.#resolve(flag, fallback, context, (value) => typeof value === "boolean");
  }

  async resolveStringEvaluation(flag: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(flag, fallback, context, (value) => typeof value === "string");
  }

  async resolveNumberEvaluation(flag: string, fallback: number, context: EvaluationContext) {
    return this.#resolve(flag, fallback, context, (value) => typeof value === "number");
  }

  async resolveObjectEvaluation<T extends JsonValue>(flag: string, fallback: T, context: EvaluationContext) {
    return this.#resolve(flag, fallback, context, isObjectLike<T>);
  }

  /** As `SteadfastClient.observe`. */
  observe(exposure: Exposure, outcome: RequestOutcome): void {
    this.client.observe(exposure, outcome);
  }

  /** As `SteadfastClient.startRequest`. */
  startRequest(targetingKey?: string): ObservedRequest {
    return this.client.startRequest(targetingKey);
  }

  /** As `SteadfastClient.withRequest`. */
  withRequest<T>(targetingKey: string | undefined, work: (request: ObservedRequest) => T | Promise<T>): Promise<T> {
    return this.client.withRequest(targetingKey, work);
  }

  markFailed(): void {
    this.client.markFailed();
  }

  /** Which snapshot is served, from where, and how old it is. */
  snapshotStatus(): ClientStatus {
    return this.client.status();
  }

  statistics(): ObserverStatistics {
    return this.client.statistics();
  }

  #resolve<T>(
    flag: string,
    fallback: T,
    context: EvaluationContext,
    fits: (value: unknown) => value is T,
  ): ResolutionDetails<T> {
    const evaluation = this.client.resolve(flag, toEvaluationContext(context));
    const { value, variant, reason, errorCode, errorMessage } = evaluation;
    const flagMetadata: FlagMetadata = evaluation.metadata;
    if (errorCode !== undefined) {
      return {
        value: fallback,
        reason,
        errorCode: ERROR_CODES[errorCode],
        ...(errorMessage === undefined ? {} : { errorMessage }),
        flagMetadata,
      };
    }
    if (value === undefined) return { value: fallback, reason, flagMetadata };
    if (fits(value)) return { value, reason, ...(variant === undefined ? {} : { variant }), flagMetadata };
    return {
      value: fallback,
      reason: "ERROR",
      errorCode: ErrorCode.TYPE_MISMATCH,
      errorMessage: `the flag "${flag}" is a ${typeof value}; ask for it with a default of that type`,
      flagMetadata,
    };
  }

  #tell(event: ClientEvent): void {
    if (event.type === "changed") {
      this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...event.flags] });
    } else if (event.type === "state" && this.#hasInitialized) this.#tellState(event.state, event.message);
  }

  #tellState(state: ClientStatus["state"], message = ""): void {
    const { ageMs, version } = this.client.status();
    const metadata = {
      ...(ageMs === undefined ? {} : { ageMs: Math.round(ageMs) }),
      ...(version === undefined ? {} : { version }),
    };
    if (state === "ready") this.events.emit(ProviderEvents.Ready, { message, metadata });
    else if (state === "stale") this.events.emit(ProviderEvents.Stale, { message, metadata });
    // Never PROVIDER_FATAL: the SDK would stop asking, and the last known good is still right.
    else if (state === "error") this.events.emit(ProviderEvents.Error, { message, metadata });
  }
}

function isObjectLike<T>(value: unknown): value is T {
  return typeof value === "object";
}
