/** What is known of the span being read. One is reused for all spans of a request. */
export class SpanDraft {
  kind = 0;
  statusCode = 0;
  /** Offsets of the fixed64 nanoseconds; −1: absent. */
  startAt = -1;
  endAt = -1;
  traceIdStart = 0;
  traceIdEnd = 0;
  /** Attributes or events were skipped because the kind read before them was not SERVER. */
  isSkimmed = false;

  clear(): void {
    this.kind = 0;
    this.statusCode = 0;
    this.startAt = -1;
    this.endAt = -1;
    this.traceIdStart = 0;
    this.traceIdEnd = 0;
    this.isSkimmed = false;
  }
}

/** The attributes of a span or of an event that are read; offsets into the request, −1: absent. */
export class AttributesDraft {
  flagStart = -1;
  flagEnd = -1;
  variantStart = -1;
  variantEnd = -1;
  olderVariantStart = -1;
  olderVariantEnd = -1;
  unitGroup = -1;
  httpStatus = -1;
  olderHttpStatus = -1;

  clear(): void {
    this.flagStart = -1;
    this.flagEnd = -1;
    this.variantStart = -1;
    this.variantEnd = -1;
    this.olderVariantStart = -1;
    this.olderVariantEnd = -1;
    this.unitGroup = -1;
    this.httpStatus = -1;
    this.olderHttpStatus = -1;
  }
}
