import protobuf from "protobufjs";

/** The part of opentelemetry-proto v1.9 that the tests encode with, as protobufjs reflects it. */
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10; repeated Event events = 11;
  uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
`;

const root = protobuf.parse(PROTO).root;
const requestType = root.lookupType("ExportTraceServiceRequest");
export const responseType = root.lookupType("ExportTraceServiceResponse");

/** Encodes a request written in OTLP/JSON's own names, with `bytes` fields as Uint8Array. */
export function encodeRequest(request: object): Buffer {
  return Buffer.from(requestType.encode(requestType.fromObject(request)).finish());
}

/**
 * What the official encoding of these bytes is, when protobufjs can read them: the last of a field that stands twice, the
 * fields in their order, nothing unknown. `undefined`: it cannot.
 */
export function canonicalRequest(bytes: Buffer): Buffer | undefined {
  try {
    return Buffer.from(requestType.encode(requestType.decode(bytes)).finish());
  } catch {
    return undefined;
  }
}

/** Decodes all of it, as a reader of everything would. */
export function decodeRequest(bytes: Uint8Array): object {
  return requestType.decode(bytes);
}
