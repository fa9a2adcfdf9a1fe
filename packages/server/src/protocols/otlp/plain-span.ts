import { OtlpDecodeError } from "./decode-error.ts";
import { eachAt, fieldOf, integerOf, type JsonRecord, nanosecondsOf, recordAt, textOf } from "./json-field.ts";
import { WireReader } from "./wire-reader.ts";

/** An exporter sends 512 at once, a collector 8,192; each of those that are kept is a row. */
export const PLAIN_SPANS_MAX = 10_000;

/** Longer values are cut: names and addresses, not texts. */
const VALUE_MAX_CHARACTERS = 2_000;

/** Tag bytes of opentelemetry/proto/trace/v1/trace.proto: field number × 8 + wire type. */
const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;
const SPAN_NAME = 0x2a;
const SPAN_START = 0x39;
const SPAN_END = 0x41;
const SPAN_ATTRIBUTES = 0x4a;
const SPAN_STATUS = 0x7a;
const STATUS_CODE = 0x18;

/** A span with its text attributes, for what comes seldom. What comes with every request is read by `decodeTraceRequest`. */
export type PlainSpan = {
  /** Trace and span, in hexadecimal. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch, whole; 0: not told. */
  readonly startMs: number;
  readonly endMs: number;
  /** 2: an error. */
  readonly statusCode: number;
  /** Its own, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Its resource's. */
  readonly resource: ReadonlyMap<string, string>;
};

/** @throws {OtlpDecodeError} on anything that is not a trace request, or one of more than `PLAIN_SPANS_MAX` spans */
export function readPlainSpans(bytes: Buffer): PlainSpan[] {
  const wire = new WireReader(bytes);
  const spans: PlainSpan[] = [];
  eachField(wire, bytes.length, (tag, end) => {
    if (tag !== FIELD_1) return;
    const start = wire.position;
    const resource = new Map<string, string>();
    // The resource may stand after the spans it describes.
    eachField(wire, end, (inner, stop) => {
      if (inner !== FIELD_1) return;
      eachField(wire, stop, (field, last) => {
        if (field === FIELD_1) readAttribute(wire, last, resource);
      });
    });
    wire.position = start;
    eachField(wire, end, (inner, stop) => {
      if (inner !== FIELD_2) return;
      eachField(wire, stop, (field, last) => {
        if (field !== FIELD_2) return;
        refuseTooMany(spans, `byte ${wire.position}`);
        spans.push(readSpan(wire, last, resource));
      });
    });
  });
  return spans;
}

/** Reads each field; `read` may look into a length-delimited one, whose end is given. */
function eachField(wire: WireReader, end: number, read: (tag: number, end: number) => void): void {
  while (wire.position < end) {
    const tag = wire.tag(end);
    if ((tag & 7) !== 2) {
      wire.skip(tag & 7, end);
      continue;
    }
    const stop = wire.delimited(end);
    read(tag, stop);
    wire.position = stop;
  }
}

function readSpan(wire: WireReader, end: number, resource: ReadonlyMap<string, string>): PlainSpan {
  const attributes = new Map<string, string>();
  const span = { traceId: "", spanId: "", name: "", startMs: 0, endMs: 0, statusCode: 0 };
  while (wire.position < end) {
    const tag = wire.tag(end);
    if (tag === SPAN_START) span.startMs = millisecondsAt(wire, wire.fixed64(end));
    else if (tag === SPAN_END) span.endMs = millisecondsAt(wire, wire.fixed64(end));
    else if (tag === FIELD_1) span.traceId = bytesAt(wire, end).toString("hex");
    else if (tag === FIELD_2) span.spanId = bytesAt(wire, end).toString("hex");
    else if (tag === SPAN_NAME) span.name = textAt(wire, end);
    else if (tag === SPAN_ATTRIBUTES) readAttribute(wire, wire.delimited(end), attributes);
    else if (tag === SPAN_STATUS) span.statusCode = readStatus(wire, wire.delimited(end));
    else wire.skip(tag & 7, end);
  }
  const { traceId, spanId, ...rest } = span;
  return { ...rest, id: idOf(traceId, spanId), attributes, resource };
}

function readStatus(wire: WireReader, end: number): number {
  let code = 0;
  while (wire.position < end) {
    const tag = wire.tag(end);
    if (tag === STATUS_CODE) code = wire.varint(end);
    else wire.skip(tag & 7, end);
  }
  return code;
}

function readAttribute(wire: WireReader, end: number, into: Map<string, string>): void {
  let key = "";
  let value: string | undefined;
  eachField(wire, end, (tag, stop) => {
    if (tag === FIELD_1) key = wire.bytes.toString("utf8", wire.position, stop).slice(0, VALUE_MAX_CHARACTERS);
    else if (tag === FIELD_2) {
      eachField(wire, stop, (field, last) => {
        if (field === FIELD_1) value = cut(wire.bytes.toString("utf8", wire.position, last));
      });
    }
  });
  wire.position = end;
  if (value !== undefined) into.set(key, value);
}

function bytesAt(wire: WireReader, end: number): Buffer {
  const stop = wire.delimited(end);
  const bytes = wire.bytes.subarray(wire.position, stop);
  wire.position = stop;
  return bytes;
}

function textAt(wire: WireReader, end: number): string {
  return cut(bytesAt(wire, end).toString("utf8"));
}

function millisecondsAt(wire: WireReader, at: number): number {
  return Math.floor((wire.bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + wire.bytes.readUInt32LE(at)) / 1e6);
}

/** The same of OTLP/JSON. @throws {OtlpDecodeError} */
export function readPlainSpansJson(text: string): PlainSpan[] {
  const spans: PlainSpan[] = [];
  eachAt(recordAt(parse(text), "the document"), "resourceSpans", (resourceSpans) => {
    const resource = jsonAttributes(recordAt(fieldOf(resourceSpans, "resource") ?? {}, "/resource"));
    eachAt(resourceSpans, "scopeSpans", (scopeSpans) =>
      eachAt(scopeSpans, "spans", (span) => {
        refuseTooMany(spans, "");
        spans.push(jsonSpan(span, resource));
      }),
    );
  });
  return spans;
}

function jsonSpan(span: JsonRecord, resource: ReadonlyMap<string, string>): PlainSpan {
  const status = recordAt(fieldOf(span, "status") ?? {}, "/status");
  const code = fieldOf(status, "code");
  return {
    id: idOf(textOf(fieldOf(span, "traceId")) ?? "", textOf(fieldOf(span, "spanId")) ?? ""),
    name: cut(textOf(fieldOf(span, "name")) ?? ""),
    startMs: jsonMilliseconds(span, "startTimeUnixNano"),
    endMs: jsonMilliseconds(span, "endTimeUnixNano"),
    statusCode: code === "STATUS_CODE_ERROR" ? 2 : (integerOf(code) ?? 0),
    attributes: jsonAttributes(span),
    resource,
  };
}

function jsonAttributes(owner: JsonRecord): Map<string, string> {
  const attributes = new Map<string, string>();
  eachAt(owner, "attributes", (attribute) => {
    const key = textOf(fieldOf(attribute, "key"));
    const value = textOf(fieldOf(recordAt(fieldOf(attribute, "value") ?? {}, "/value"), "stringValue"));
    if (key !== undefined && value !== undefined) attributes.set(key, cut(value));
  });
  return attributes;
}

function jsonMilliseconds(span: JsonRecord, name: string): number {
  return Number(nanosecondsOf(fieldOf(span, name), `/${name}`) / 1_000_000n);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OtlpDecodeError("the document", error instanceof Error ? error.message : "not JSON");
  }
}

function idOf(traceId: string, spanId: string): string {
  return cut(`${traceId}/${spanId}`.toLowerCase());
}

/** Without control characters: PostgreSQL stores no NUL, and a name has none. */
function cut(text: string): string {
  return text.slice(0, VALUE_MAX_CHARACTERS).replaceAll(/\p{Cc}/gu, "");
}

function refuseTooMany(spans: readonly PlainSpan[], where: string): void {
  if (spans.length < PLAIN_SPANS_MAX) return;
  throw new OtlpDecodeError(where, `more than ${PLAIN_SPANS_MAX} spans, send fewer at once,`);
}
