import { ATTRIBUTE, attributeOfName, EVALUATION_EVENT_NAMES } from "./attribute-name.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { isFailedStatus, SPAN_KIND_SERVER, STATUS_CODE_ERROR } from "./decode-trace-request.ts";
import { eachAt, fieldOf, integerOf, type JsonRecord, nanosecondsOf, recordAt, textOf } from "./json-field.ts";
import { NAME_MAX_BYTES } from "./name-cache.ts";
import { SpanEvaluations } from "./span-evaluations.ts";
import { emptyTally, type SpanSink, type SpanTally } from "./span-sink.ts";
import { unitGroupOf } from "./unit-group.ts";

const EVENT_NAMES: ReadonlySet<unknown> = new Set(EVALUATION_EVENT_NAMES);
const TRACE_ID_PATTERN = /^[0-9a-fA-F]{32}$/;

/** The attributes that are read, by `ATTRIBUTE`. */
type Attributes = ReadonlyMap<number, unknown>;
const NO_ATTRIBUTES: Attributes = new Map();

/**
 * Objects in one body. A span with the usual attributes has one for each 45 bytes, the smallest attribute of use one for each 20:
 * 800,000 of those are the 16 MiB that a body may have.
 */
export const JSON_OBJECTS_MAX = 800_000;
const OPENING_BRACE = 0x7b;

/**
 * Reads an `ExportTraceServiceRequest` in OTLP/JSON: lowerCamelCase names, enums as integers or names, 64-bit integers as
 * strings or numbers, ids in hexadecimal. Counts exactly what `decodeTraceRequest` counts; unknown fields are ignored.
 *
 * @throws {OtlpDecodeError} on text that is not JSON, or of another shape, naming the path
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeTraceJson(text: string, sink: SpanSink): SpanTally {
  const tally = emptyTally();
  const evaluations = new SpanEvaluations();
  checkObjects(text);
  const readOne = (span: JsonRecord) => readSpan(span, evaluations, sink, tally);
  eachAt(recordAt(parse(text), "the document"), "resourceSpans", (resourceSpans) => {
    readResource(fieldOf(resourceSpans, "resource"), sink);
    eachAt(resourceSpans, "scopeSpans", (scopeSpans) => eachAt(scopeSpans, "spans", readOne));
  });
  return tally;
}

/** Before parsing: five million empty spans are a body of 16 MiB, and seconds in which nobody else is answered. */
function checkObjects(text: string): void {
  if (text.length < JSON_OBJECTS_MAX) return;
  let objects = 0;
  for (let position = 0; position < text.length; position += 1) {
    if (text.charCodeAt(position) === OPENING_BRACE) objects += 1;
  }
  if (objects <= JSON_OBJECTS_MAX) return;
  throw new OtlpDecodeError("the document", `more than ${JSON_OBJECTS_MAX} objects, send fewer spans at once,`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OtlpDecodeError("the document", error instanceof Error ? error.message : "not JSON");
  }
}

function readResource(resource: unknown, sink: SpanSink): void {
  const attributes = readAttributesOf(resource ?? {}, "/resource");
  sink.resource(
    textOf(attributes.get(ATTRIBUTE.serviceName)),
    textOf(attributes.get(ATTRIBUTE.environment)) ?? textOf(attributes.get(ATTRIBUTE.olderEnvironment)),
  );
}

function readAttributesOf(owner: unknown, path: string): Attributes {
  try {
    return readAttributes(recordAt(owner, ""));
  } catch (error) {
    throw error instanceof OtlpDecodeError ? error.within(path) : error;
  }
}

function readSpan(span: JsonRecord, evaluations: SpanEvaluations, sink: SpanSink, tally: SpanTally): void {
  tally.spans += 1;
  // Of the spans that nobody counts, which are most, nothing else is looked at; as in protobuf.
  if (!isEnum(fieldOf(span, "kind"), SPAN_KIND_SERVER, "SPAN_KIND_SERVER")) {
    tally.otherKindSpans += 1;
    return;
  }
  evaluations.clear();
  const attributes = readAttributes(span);
  eachAt(span, "events", (event) => {
    if (EVENT_NAMES.has(fieldOf(event, "name"))) addEvaluation(readAttributes(event), evaluations);
  });
  addEvaluation(attributes, evaluations);

  sink.request(!evaluations.isEmpty());
  if (evaluations.isEmpty()) return;
  const unitGroup = contextGroup(attributes);
  const latencyMs = readLatencyMs(span);
  const isFailed = readFailed(span, attributes);
  evaluations.emit(sink, tally, {
    failed: isFailed,
    latencyMs,
    endedMs: readEndedMs(span),
    unitGroup: unitGroup === -1 ? traceGroup(span) : unitGroup,
  });
}

function readAttributes(owner: JsonRecord): Attributes {
  if (fieldOf(owner, "attributes") === undefined) return NO_ATTRIBUTES;
  const found = new Map<number, unknown>();
  eachAt(owner, "attributes", (attribute) => {
    const key = fieldOf(attribute, "key");
    const name = typeof key === "string" ? attributeOfName(key) : ATTRIBUTE.none;
    const value = fieldOf(attribute, "value");
    if (name === ATTRIBUTE.none || value === undefined) return;
    const valueRecord = recordAt(value, "/value");
    found.set(name, fieldOf(valueRecord, "stringValue") ?? integerOf(fieldOf(valueRecord, "intValue")));
  });
  return found;
}

function addEvaluation(attributes: Attributes, evaluations: SpanEvaluations): void {
  const flag = textOf(attributes.get(ATTRIBUTE.flagKey));
  const variant = textOf(attributes.get(ATTRIBUTE.variant)) ?? textOf(attributes.get(ATTRIBUTE.olderVariant));
  if (flag === undefined || variant === undefined) return;
  evaluations.add(flag.slice(0, NAME_MAX_BYTES), variant.slice(0, NAME_MAX_BYTES), contextGroup(attributes));
}

function contextGroup(attributes: Attributes): number {
  const context = textOf(attributes.get(ATTRIBUTE.contextId));
  return context ? groupOf(Buffer.from(context)) : -1;
}

function traceGroup(span: JsonRecord): number {
  const traceId = fieldOf(span, "traceId");
  if (typeof traceId !== "string" || traceId === "") return -1;
  return groupOf(Buffer.from(traceId, TRACE_ID_PATTERN.test(traceId) ? "hex" : "utf8"));
}

function groupOf(bytes: Buffer): number {
  return unitGroupOf(bytes, 0, bytes.length);
}

function readEndedMs(span: JsonRecord): number {
  const end = nanosecondsOf(fieldOf(span, "endTimeUnixNano"), "/endTimeUnixNano");
  return end === 0n ? Number.NaN : Number(end) / 1e6;
}

function readLatencyMs(span: JsonRecord): number {
  const start = nanosecondsOf(fieldOf(span, "startTimeUnixNano"), "/startTimeUnixNano");
  const end = nanosecondsOf(fieldOf(span, "endTimeUnixNano"), "/endTimeUnixNano");
  return start === 0n || end === 0n ? Number.NaN : Math.max(0, Number(end - start) / 1e6);
}

function readFailed(span: JsonRecord, attributes: Attributes): boolean {
  const status = fieldOf(span, "status");
  const code = status === undefined ? undefined : fieldOf(recordAt(status, "/status"), "code");
  if (isEnum(code, STATUS_CODE_ERROR, "STATUS_CODE_ERROR")) return true;
  const httpStatus = attributes.get(ATTRIBUTE.httpStatus) ?? attributes.get(ATTRIBUTE.olderHttpStatus);
  return isFailedStatus(integerOf(httpStatus) ?? -1);
}

function isEnum(value: unknown, number: number, name: string): boolean {
  return value === name || integerOf(value) === number;
}
