import { ATTRIBUTE, attributeOfName, EVALUATION_EVENT_NAMES } from "./attribute-name.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { isFailedStatus, SPAN_KIND_SERVER, STATUS_CODE_ERROR } from "./decode-trace-request.ts";
import { arrayAt, fieldOf, integerOf, type JsonRecord, nanosecondsOf, recordAt, textOf } from "./json-field.ts";
import { NAME_MAX_BYTES } from "./name-cache.ts";
import { SpanEvaluations } from "./span-evaluations.ts";
import { emptyTally, type SpanSink, type SpanTally } from "./span-sink.ts";
import { unitGroupOf } from "./unit-group.ts";

const EVENT_NAMES: ReadonlySet<unknown> = new Set(EVALUATION_EVENT_NAMES);
const TRACE_ID_PATTERN = /^[0-9a-fA-F]{32}$/;

/** The attributes that are read, by `ATTRIBUTE`. */
type Attributes = ReadonlyMap<number, unknown>;

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
  const request = recordAt(parse(text), "the document");
  for (const [resourceIndex, resourceSpans] of arrayAt(request, "resourceSpans", "").entries()) {
    const path = `/resourceSpans/${resourceIndex}`;
    const resourceSpansRecord = recordAt(resourceSpans, path);
    readResource(fieldOf(resourceSpansRecord, "resource"), `${path}/resource`, sink);
    for (const [scopeIndex, scopeSpans] of arrayAt(resourceSpansRecord, "scopeSpans", path).entries()) {
      const scopePath = `${path}/scopeSpans/${scopeIndex}`;
      for (const [index, span] of arrayAt(recordAt(scopeSpans, scopePath), "spans", scopePath).entries()) {
        const spanPath = `${scopePath}/spans/${index}`;
        readSpan(recordAt(span, spanPath), spanPath, evaluations, sink, tally);
      }
    }
  }
  return tally;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OtlpDecodeError("the document", error instanceof Error ? error.message : "not JSON");
  }
}

function readResource(resource: unknown, path: string, sink: SpanSink): void {
  const attributes = readAttributes(recordAt(resource ?? {}, path), path);
  sink.resource(
    textOf(attributes.get(ATTRIBUTE.serviceName)),
    textOf(attributes.get(ATTRIBUTE.environment)) ?? textOf(attributes.get(ATTRIBUTE.olderEnvironment)),
  );
}

function readSpan(
  span: JsonRecord,
  path: string,
  evaluations: SpanEvaluations,
  sink: SpanSink,
  tally: SpanTally,
): void {
  const isServer = isEnum(fieldOf(span, "kind"), SPAN_KIND_SERVER, "SPAN_KIND_SERVER");
  evaluations.clear();
  const attributes = readAttributes(span, path);
  for (const [index, event] of arrayAt(span, "events", path).entries()) {
    const eventPath = `${path}/events/${index}`;
    const eventRecord = recordAt(event, eventPath);
    if (EVENT_NAMES.has(fieldOf(eventRecord, "name"))) {
      addEvaluation(readAttributes(eventRecord, eventPath), evaluations);
    }
  }
  addEvaluation(attributes, evaluations);

  tally.spans += 1;
  if (!isServer) {
    tally.otherKindSpans += 1;
    return;
  }
  sink.request(!evaluations.isEmpty());
  if (evaluations.isEmpty()) return;
  const unitGroup = contextGroup(attributes);
  const latencyMs = readLatencyMs(span, path);
  const isFailed = readFailed(span, attributes, path);
  evaluations.emit(sink, tally, {
    failed: isFailed,
    latencyMs,
    endedMs: readEndedMs(span, path),
    unitGroup: unitGroup === -1 ? traceGroup(span) : unitGroup,
  });
}

function readAttributes(owner: JsonRecord, path: string): Attributes {
  const found = new Map<number, unknown>();
  for (const [index, attribute] of arrayAt(owner, "attributes", path).entries()) {
    const attributePath = `${path}/attributes/${index}`;
    const record = recordAt(attribute, attributePath);
    const key = fieldOf(record, "key");
    const name = typeof key === "string" ? attributeOfName(key) : ATTRIBUTE.none;
    const value = fieldOf(record, "value");
    if (name === ATTRIBUTE.none || value === undefined) continue;
    const valueRecord = recordAt(value, `${attributePath}/value`);
    found.set(name, fieldOf(valueRecord, "stringValue") ?? integerOf(fieldOf(valueRecord, "intValue")));
  }
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

function readEndedMs(span: JsonRecord, path: string): number {
  const end = nanosecondsOf(fieldOf(span, "endTimeUnixNano"), `${path}/endTimeUnixNano`);
  return end === 0n ? Number.NaN : Number(end) / 1e6;
}

function readLatencyMs(span: JsonRecord, path: string): number {
  const start = nanosecondsOf(fieldOf(span, "startTimeUnixNano"), `${path}/startTimeUnixNano`);
  const end = nanosecondsOf(fieldOf(span, "endTimeUnixNano"), `${path}/endTimeUnixNano`);
  return start === 0n || end === 0n ? Number.NaN : Math.max(0, Number(end - start) / 1e6);
}

function readFailed(span: JsonRecord, attributes: Attributes, path: string): boolean {
  const status = fieldOf(span, "status");
  const code = status === undefined ? undefined : fieldOf(recordAt(status, `${path}/status`), "code");
  if (isEnum(code, STATUS_CODE_ERROR, "STATUS_CODE_ERROR")) return true;
  const httpStatus = attributes.get(ATTRIBUTE.httpStatus) ?? attributes.get(ATTRIBUTE.olderHttpStatus);
  return isFailedStatus(integerOf(httpStatus) ?? -1);
}

function isEnum(value: unknown, number: number, name: string): boolean {
  return value === name || integerOf(value) === number;
}
