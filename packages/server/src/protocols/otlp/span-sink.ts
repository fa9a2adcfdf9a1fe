/** Where decoded evaluations go. Called in the order of the request, never kept after the decoder returns. */
export type SpanSink = {
  /** The spans that follow come from this resource. `undefined`: the resource does not name it. */
  resource(service: string | undefined, environment: string | undefined): void;
  /** A SERVER span, before its evaluations. @param namesFlag false: it has none */
  request(namesFlag: boolean): void;
  /**
   * A SERVER span in which a flag was evaluated; once per flag and variant of a span.
   *
   * @param latencyMs end − start; `NaN` when the span lacks either, 0 when it ends before it starts
   * @param endedMs when the request ended, milliseconds since the epoch by the sender's clock; `NaN` when not told
   * @param unitGroup 0..19, or −1 when the span names neither a context nor a trace
   * @returns false when it was not counted for a reason that the sender can mend
   */
  evaluation(
    flag: string,
    variant: string,
    failed: boolean,
    latencyMs: number,
    unitGroup: number,
    endedMs: number,
  ): boolean;
};

/** What one request held, in spans. */
export type SpanTally = {
  spans: number;
  /** Spans of any kind but SERVER: a request is counted where it is served. */
  otherKindSpans: number;
  /** Flag evaluations handed to the sink. */
  evaluations: number;
  /** SERVER spans which the sink refused altogether. */
  rejectedSpans: number;
  /** Evaluations beyond `EVALUATIONS_PER_SPAN_MAX`, not counted. */
  surplusEvaluations: number;
};

export const emptyTally = (): SpanTally => ({
  spans: 0,
  otherKindSpans: 0,
  evaluations: 0,
  rejectedSpans: 0,
  surplusEvaluations: 0,
});
