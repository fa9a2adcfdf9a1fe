import { SteadfastClient } from "@steadfast/openfeature-provider/client";
import type { Api } from "./api.ts";

/** Batches small enough that a verdict does not wait for them. */
const TICK_MS = 200;
const USERS = 50_000;
/** A machine that slept makes up for this much. */
const LAG_MAX_MS = 1_000;

/** How requests on a variant fare. */
export type Behaviour = { readonly failureRate?: number; readonly latencyMs?: number };

export type LoadOptions = {
  readonly flag: string;
  readonly environment?: string;
  /** The span's service.name; the flag's, or spans are not counted. */
  readonly service?: string;
  readonly requestsPerSecond?: number;
  readonly source?: "spans" | "observations";
  /** By variant; what is not named succeeds in about 20 ms. */
  readonly behaviour?: Readonly<Record<string, Behaviour>>;
  /** Where telemetry goes when that is another node than the one whose snapshots are followed. */
  readonly reportTo?: Api;
};

export type Load = {
  /** From now on a variant behaves so. */
  setBehaviour(variant: string, behaviour: Behaviour): void;
  /** No telemetry until `resume`: the service is silent. */
  pause(): void;
  resume(): void;
  /** Requests by variant so far, and when (Unix time, ms) the first one failed. */
  totals(): { readonly requests: Readonly<Record<string, number>>; readonly firstFailureAtMs: number | null };
  stop(): Promise<void>;
};

/**
 * Users of a service that exists only as its telemetry: each request is bucketed by the published snapshot, as a real
 * one would be, and reported as an OTLP/HTTP span in JSON or as an observation. Costs some 2 ms a thousand requests.
 */
export async function startTelemetryLoad(api: Api, options: LoadOptions): Promise<Load> {
  const { environment = "production", flag, requestsPerSecond = 1_500, source = "spans" } = options;
  const report = options.reportTo ?? api;
  const client = new SteadfastClient({
    url: api.url,
    token: api.token,
    environment,
    annotateSpans: false,
    observe: false,
  });
  const observer =
    source === "observations"
      ? new SteadfastClient({ url: report.url, token: report.token, environment, annotateSpans: false })
      : undefined;
  await client.ready();

  const behaviours = new Map<string, Behaviour>(Object.entries(options.behaviour ?? {}));
  const requests: Record<string, number> = {};
  let firstFailureAtMs: number | null = null;
  let isPaused = false;
  const sending = new Set<Promise<unknown>>();

  const request = (): Request => {
    const user = `user-${Math.floor(Math.random() * USERS)}`;
    const variant = client.resolve(flag, { targetingKey: user }).variant ?? "";
    const { failureRate = 0, latencyMs = 20 } = behaviours.get(variant) ?? {};
    const failed = Math.random() < failureRate;
    if (failed) firstFailureAtMs ??= Date.now();
    requests[variant] = (requests[variant] ?? 0) + 1;
    return { user, variant, failed, latencyMs: latencyMs * (0.7 + 0.6 * Math.random()) };
  };
  const send = (batch: readonly Request[]): void => {
    if (observer) {
      for (const { user, variant, failed, latencyMs } of batch)
        observer.observe({ flag, variant, targetingKey: user }, { failed, latencyMs });
      return;
    }
    const body = toOtlp(batch, { flag, environment, service: options.service ?? "shop" });
    // A server that is away loses spans, as with any exporter that gives up.
    const sent = report.request("POST", "/v1/traces", body).catch(() => undefined);
    sending.add(sent);
    void sent.finally(() => sending.delete(sent));
  };

  let dueMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    dueMs = Math.max(dueMs, nowMs - LAG_MAX_MS);
    const count = Math.floor(((nowMs - dueMs) / 1_000) * requestsPerSecond);
    dueMs += (count / requestsPerSecond) * 1_000;
    if (!isPaused && count > 0) send(Array.from({ length: count }, request));
  }, TICK_MS);

  return {
    setBehaviour: (variant, behaviour) => void behaviours.set(variant, behaviour),
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    totals: () => ({ requests: { ...requests }, firstFailureAtMs }),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(sending);
      await Promise.all([client.close(), observer?.close()]);
    },
  };
}

type Request = {
  readonly user: string;
  readonly variant: string;
  readonly failed: boolean;
  readonly latencyMs: number;
};

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** SERVER spans that end now. */
function toOtlp(
  batch: readonly Request[],
  { flag, environment, service }: { readonly flag: string; readonly environment: string; readonly service: string },
): object {
  const endMs = Date.now();
  const spans = batch.map(({ variant, failed, latencyMs }) => ({
    traceId: randomHex(32),
    spanId: randomHex(16),
    name: "GET /",
    kind: 2,
    startTimeUnixNano: nanoseconds(endMs - latencyMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: [text("feature_flag.key", flag), text("feature_flag.result.variant", variant)],
    status: failed ? { code: 2 } : {},
  }));
  const resource = { attributes: [text("service.name", service), text("deployment.environment.name", environment)] };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

/** 64-bit integers are texts in OTLP/JSON: a number would lose its last digits. */
function nanoseconds(milliseconds: number): string {
  return `${BigInt(Math.round(milliseconds * 1_000)) * 1_000n}`;
}

function randomHex(digits: number): string {
  let hex = "";
  while (hex.length < digits)
    hex += Math.floor(Math.random() * 0x1_0000)
      .toString(16)
      .padStart(4, "0");
  return hex;
}
