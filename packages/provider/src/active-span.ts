import type { Span } from "@opentelemetry/api";

/**
 * Where the OpenTelemetry SDK registers itself, and what a context keeps: the active span, and the span of the HTTP request
 * that is being served, which `instrumentation-http` sets. Each is a `Symbol.for` of all 1.x releases of the API, by which its
 * copies find each other.
 *
 * Read here and not by the API: a copy of it refuses, without a word, what an older one has registered. An application whose
 * SDK brings 1.9 would find none of its spans noted by a provider that found 1.10.
 */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");
const REQUEST_KEY = Symbol.for("OpenTelemetry SDK Context Key RPC_METADATA");
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/**
 * The span of the request in which the caller runs, if it is recorded. It and not the active one where both are known: within a
 * framework such as Express the active span is that of the handler, and only the request's is counted for a rollout.
 */
export function recordingSpan(): Span | undefined {
  const registry: unknown = Reflect.get(globalThis, REGISTRY);
  const context = callMethod(fieldOf(registry, "context"), "active");
  if (context === undefined) return undefined;
  const ofRequest = fieldOf(callMethod(context, "getValue", REQUEST_KEY), "span");
  if (isSpan(ofRequest) && ofRequest.isRecording()) return ofRequest;
  const active = callMethod(context, "getValue", SPAN_KEY);
  return isSpan(active) && active.isRecording() ? active : undefined;
}

function callMethod(owner: unknown, method: string, ...given: readonly unknown[]): unknown {
  const found = fieldOf(owner, method);
  return typeof found === "function" ? Reflect.apply(found, owner, given) : undefined;
}

function isSpan(value: unknown): value is Span {
  return ["isRecording", "addEvent", "setAttributes"].every((name) => typeof fieldOf(value, name) === "function");
}

function fieldOf(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}
