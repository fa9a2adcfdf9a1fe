import type { Attributes, Span } from "@opentelemetry/api";

/** Evaluations noted on one span. The OpenTelemetry SDK keeps 128 events of a span by default and drops the rest. */
export const EVALUATIONS_PER_SPAN_MAX = 64;

export type NotedEvaluation = {
  readonly flag: string;
  readonly variant: string | undefined;
  /** As OpenFeature writes it, such as `TARGETING_MATCH`. */
  readonly reason: string;
  readonly errorCode?: string | undefined;
  readonly setId: string | undefined;
  readonly version: string | undefined;
  /** Only where the application asked for it: it names a person. */
  readonly contextId?: string | undefined;
};

/**
 * Notes evaluations on an OpenTelemetry span: a `feature_flag.evaluation` event for each flag and variant, and the
 * first one also as attributes of the span, for backends that look at attributes only.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/feature-flags/feature-flags-events/
 */
export class SpanAnnotations {
  readonly #providerName: string;
  // A flag asked for in a loop is one event, not a thousand which push out the others.
  readonly #noted = new WeakMap<Span, { readonly pairs: Set<string>; hasAttributes: boolean }>();

  constructor(providerName: string) {
    this.#providerName = providerName;
  }

  annotate(span: Span, evaluation: NotedEvaluation): void {
    const noted = this.#noted.get(span) ?? { pairs: new Set(), hasAttributes: false };
    const { flag, variant } = evaluation;
    const pair = `${flag} ${variant ?? ""}`;
    if (noted.pairs.has(pair) || noted.pairs.size >= EVALUATIONS_PER_SPAN_MAX) return;
    if (noted.pairs.size === 0) this.#noted.set(span, noted);
    noted.pairs.add(pair);
    if (!noted.hasAttributes && variant !== undefined) {
      noted.hasAttributes = true;
      span.setAttributes({ "feature_flag.key": flag, "feature_flag.result.variant": variant });
    }
    span.addEvent("feature_flag.evaluation", toAttributes(evaluation, this.#providerName));
  }
}

function toAttributes(evaluation: NotedEvaluation, providerName: string): Attributes {
  return {
    "feature_flag.key": evaluation.flag,
    "feature_flag.result.variant": evaluation.variant,
    "feature_flag.result.reason": evaluation.reason.toLowerCase(),
    "feature_flag.provider.name": providerName,
    "feature_flag.set.id": evaluation.setId,
    "feature_flag.version": evaluation.version,
    "feature_flag.context.id": evaluation.contextId,
    "error.type": evaluation.errorCode?.toLowerCase(),
  };
}
