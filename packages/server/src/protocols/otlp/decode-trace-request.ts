import { ATTRIBUTE, EVALUATION_EVENT_NAMES, isAt } from "./attribute-name.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { KeyValueReader } from "./key-value-reader.ts";
import { NameCache } from "./name-cache.ts";
import { AttributesDraft, SpanDraft } from "./span-draft.ts";
import { SpanEvaluations } from "./span-evaluations.ts";
import { emptyTally, type SpanSink, type SpanTally } from "./span-sink.ts";
import { unitGroupOf } from "./unit-group.ts";
import { WireReader } from "./wire-reader.ts";

/** Tag bytes of opentelemetry/proto/trace/v1/trace.proto: field number × 8 + wire type. */
const REQUEST_RESOURCE_SPANS = 0x0a;
const RESOURCE_SPANS_RESOURCE = 0x0a;
const RESOURCE_SPANS_SCOPE_SPANS = 0x12;
const RESOURCE_ATTRIBUTES = 0x0a;
const SCOPE_SPANS_SPANS = 0x12;
const SPAN_TRACE_ID = 0x0a;
const SPAN_KIND = 0x30;
const SPAN_START = 0x39;
const SPAN_END = 0x41;
const SPAN_ATTRIBUTES = 0x4a;
const SPAN_EVENTS = 0x5a;
const SPAN_STATUS = 0x7a;
const EVENT_NAME = 0x12;
const EVENT_ATTRIBUTES = 0x1a;
const STATUS_CODE = 0x18;

/**
 * A span with its ids and its times has at least 50 bytes: 335,000 of those are the 16 MiB that a body may have. Eight million
 * empty ones would be, too, and a second in which nobody else is answered.
 */
export const SPANS_PER_REQUEST_MAX = 500_000;

export const SPAN_KIND_SERVER = 2;
export const STATUS_CODE_ERROR = 2;
const HTTP_STATUS_FAILED_MIN = 500;

const EVALUATION_EVENT_BYTES = EVALUATION_EVENT_NAMES.map((name) => Buffer.from(name));

/**
 * Reads an `ExportTraceServiceRequest` in protobuf and hands every flag evaluation of its SERVER spans to the sink.
 *
 * Selective: what nobody reads is stepped over by its length, no object is made per span, and a targeting key
 * (`feature_flag.context.id`) becomes one of 20 unit groups at once and is never kept. The messages it descends into are
 * nested five deep by construction, so input cannot nest it deeper.
 *
 * What was handed to the sink before a fault stays counted: those spans were whole.
 *
 * @param names kept by the caller from request to request, so that names are decoded once
 * @throws {OtlpDecodeError} on anything that is not protobuf of that shape, naming the byte offset
 * @see https://github.com/open-telemetry/opentelemetry-proto (v1.9)
 */
export function decodeTraceRequest(bytes: Buffer, sink: SpanSink, names = new NameCache()): SpanTally {
  return new TraceRequestDecoder(bytes, sink, names).decode();
}

class TraceRequestDecoder {
  readonly #wire: WireReader;
  readonly #keyValue: KeyValueReader;
  readonly #sink: SpanSink;
  readonly #names: NameCache;
  readonly #tally = emptyTally();
  readonly #span = new SpanDraft();
  readonly #spanAttributes = new AttributesDraft();
  readonly #eventAttributes = new AttributesDraft();
  readonly #evaluations = new SpanEvaluations();

  constructor(bytes: Buffer, sink: SpanSink, names: NameCache) {
    this.#wire = new WireReader(bytes);
    this.#keyValue = new KeyValueReader(this.#wire);
    this.#sink = sink;
    this.#names = names;
  }

  decode(): SpanTally {
    const wire = this.#wire;
    const end = wire.bytes.length;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === REQUEST_RESOURCE_SPANS) this.#resourceSpans(wire.delimited(end));
      else wire.skip(tag & 7, end);
    }
    return this.#tally;
  }

  /** The resource may stand after the spans it describes, so it is looked for first. */
  #resourceSpans(end: number): void {
    const wire = this.#wire;
    const start = wire.position;
    this.#resource(end);
    wire.position = start;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === RESOURCE_SPANS_SCOPE_SPANS) this.#scopeSpans(wire.delimited(end));
      else wire.skip(tag & 7, end);
    }
  }

  #resource(end: number): void {
    const wire = this.#wire;
    let service: string | undefined;
    let environment: string | undefined;
    let olderEnvironment: string | undefined;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag !== RESOURCE_SPANS_RESOURCE) {
        wire.skip(tag & 7, end);
        continue;
      }
      const resourceEnd = wire.delimited(end);
      while (wire.position < resourceEnd) {
        const resourceTag = wire.tag(resourceEnd);
        if (resourceTag !== RESOURCE_ATTRIBUTES) {
          wire.skip(resourceTag & 7, resourceEnd);
          continue;
        }
        const attribute = this.#keyValue.read(wire.delimited(resourceEnd));
        if (attribute === ATTRIBUTE.serviceName) service = this.#stringValue();
        else if (attribute === ATTRIBUTE.environment) environment = this.#stringValue();
        else if (attribute === ATTRIBUTE.olderEnvironment) olderEnvironment = this.#stringValue();
      }
    }
    this.#sink.resource(service, environment ?? olderEnvironment);
  }

  #scopeSpans(end: number): void {
    const wire = this.#wire;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === SCOPE_SPANS_SPANS) this.#spanAt(wire.delimited(end));
      else wire.skip(tag & 7, end);
    }
  }

  #spanAt(end: number): void {
    const start = this.#wire.position;
    if (this.#tally.spans >= SPANS_PER_REQUEST_MAX) {
      throw new OtlpDecodeError(`byte ${start}`, `more than ${SPANS_PER_REQUEST_MAX} spans, send fewer at once,`);
    }
    this.#readSpan(end, false);
    if (this.#span.isSkimmed && this.#span.kind === SPAN_KIND_SERVER) {
      // The kind was given twice, SERVER last: what was skipped for the first one is needed after all.
      this.#wire.position = start;
      this.#readSpan(end, true);
    }
    this.#tally.spans += 1;
    if (this.#span.kind !== SPAN_KIND_SERVER) this.#tally.otherKindSpans += 1;
    else this.#emitSpan();
  }

  #readSpan(end: number, isThorough: boolean): void {
    const wire = this.#wire;
    const span = this.#span;
    span.clear();
    this.#spanAttributes.clear();
    this.#evaluations.clear();
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === SPAN_ATTRIBUTES || tag === SPAN_EVENTS) {
        const stop = wire.delimited(end);
        if (!isThorough && span.kind !== 0 && span.kind !== SPAN_KIND_SERVER) {
          span.isSkimmed = true;
          wire.position = stop;
        } else if (tag === SPAN_ATTRIBUTES) this.#attribute(this.#spanAttributes, stop);
        else this.#event(stop);
      } else if (tag === SPAN_KIND) span.kind = wire.varint(end);
      else if (tag === SPAN_START) span.startAt = wire.fixed64(end);
      else if (tag === SPAN_END) span.endAt = wire.fixed64(end);
      else if (tag === SPAN_STATUS) this.#status(wire.delimited(end));
      else if (tag === SPAN_TRACE_ID) {
        span.traceIdEnd = wire.delimited(end);
        span.traceIdStart = wire.position;
        wire.position = span.traceIdEnd;
      } else wire.skip(tag & 7, end);
    }
  }

  #status(end: number): void {
    const wire = this.#wire;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === STATUS_CODE) this.#span.statusCode = wire.varint(end);
      else wire.skip(tag & 7, end);
    }
  }

  #event(end: number): void {
    const wire = this.#wire;
    const attributes = this.#eventAttributes;
    attributes.clear();
    let isEvaluation = false;
    while (wire.position < end) {
      const tag = wire.tag(end);
      if (tag === EVENT_ATTRIBUTES) this.#attribute(attributes, wire.delimited(end));
      else if (tag === EVENT_NAME) {
        const stop = wire.delimited(end);
        isEvaluation = isEvaluationName(wire.bytes, wire.position, stop);
        wire.position = stop;
      } else wire.skip(tag & 7, end);
    }
    if (isEvaluation) this.#addEvaluation(attributes);
  }

  #attribute(into: AttributesDraft, end: number): void {
    const keyValue = this.#keyValue;
    const attribute = keyValue.read(end);
    if (attribute === ATTRIBUTE.none) return;
    if (attribute === ATTRIBUTE.flagKey) {
      into.flagStart = keyValue.stringStart;
      into.flagEnd = keyValue.stringEnd;
    } else if (attribute === ATTRIBUTE.variant) {
      into.variantStart = keyValue.stringStart;
      into.variantEnd = keyValue.stringEnd;
    } else if (attribute === ATTRIBUTE.olderVariant) {
      into.olderVariantStart = keyValue.stringStart;
      into.olderVariantEnd = keyValue.stringEnd;
    } else if (attribute === ATTRIBUTE.contextId) {
      into.unitGroup = this.#unitGroup(keyValue.stringStart, keyValue.stringEnd);
    } else if (attribute === ATTRIBUTE.httpStatus) into.httpStatus = keyValue.httpStatus();
    else if (attribute === ATTRIBUTE.olderHttpStatus) into.olderHttpStatus = keyValue.httpStatus();
  }

  #addEvaluation(attributes: AttributesDraft): void {
    if (attributes.flagStart === -1) return;
    const isOlder = attributes.variantStart === -1;
    const variantStart = isOlder ? attributes.olderVariantStart : attributes.variantStart;
    const variantEnd = isOlder ? attributes.olderVariantEnd : attributes.variantEnd;
    if (variantStart === -1) return;
    const bytes = this.#wire.bytes;
    const flag = this.#names.read(bytes, attributes.flagStart, attributes.flagEnd);
    this.#evaluations.add(flag, this.#names.read(bytes, variantStart, variantEnd), attributes.unitGroup);
  }

  #emitSpan(): void {
    const span = this.#span;
    const attributes = this.#spanAttributes;
    this.#addEvaluation(attributes);
    this.#sink.request(!this.#evaluations.isEmpty());
    if (this.#evaluations.isEmpty()) return;
    const httpStatus = attributes.httpStatus === -1 ? attributes.olderHttpStatus : attributes.httpStatus;
    const isFailed = span.statusCode === STATUS_CODE_ERROR || isFailedStatus(httpStatus);
    const unitGroup =
      attributes.unitGroup === -1 ? this.#unitGroup(span.traceIdStart, span.traceIdEnd) : attributes.unitGroup;
    this.#evaluations.emit(this.#sink, this.#tally, {
      failed: isFailed,
      latencyMs: this.#latencyMs(),
      endedMs: this.#endedMs(),
      unitGroup,
    });
  }

  #unitGroup(start: number, end: number): number {
    return end > start ? unitGroupOf(this.#wire.bytes, start, end) : -1;
  }

  #stringValue(): string | undefined {
    const { stringStart, stringEnd } = this.#keyValue;
    return stringStart === -1 ? undefined : this.#names.read(this.#wire.bytes, stringStart, stringEnd);
  }

  #endedMs(): number {
    const { endAt } = this.#span;
    if (endAt === -1) return Number.NaN;
    const bytes = this.#wire.bytes;
    const endedMs = (bytes.readUInt32LE(endAt + 4) * 0x1_0000_0000 + bytes.readUInt32LE(endAt)) / 1e6;
    return endedMs === 0 ? Number.NaN : endedMs;
  }

  #latencyMs(): number {
    const { startAt, endAt } = this.#span;
    if (startAt === -1 || endAt === -1) return Number.NaN;
    const bytes = this.#wire.bytes;
    const startLow = bytes.readUInt32LE(startAt);
    const startHigh = bytes.readUInt32LE(startAt + 4);
    const endLow = bytes.readUInt32LE(endAt);
    const endHigh = bytes.readUInt32LE(endAt + 4);
    if ((startLow === 0 && startHigh === 0) || (endLow === 0 && endHigh === 0)) return Number.NaN;
    // Halves are subtracted apart: nanoseconds since 1970 do not fit a double, their differences do.
    return Math.max(0, ((endHigh - startHigh) * 0x1_0000_0000 + (endLow - startLow)) / 1e6);
  }
}

/** HTTP statuses end at 599; a larger number is not one, whatever sent it. */
export function isFailedStatus(httpStatus: number): boolean {
  return httpStatus >= HTTP_STATUS_FAILED_MIN && httpStatus <= 599;
}

function isEvaluationName(bytes: Buffer, start: number, end: number): boolean {
  return EVALUATION_EVENT_BYTES.some((name) => name.length === end - start && isAt(name, bytes, start));
}
