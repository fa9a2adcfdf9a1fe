import { expect, it } from "vitest";
import { OtlpDecodeError } from "./decode-error.ts";
import { decodeTraceJson, JSON_OBJECTS_MAX } from "./decode-trace-json.ts";
import { recordingSink } from "./recording-sink.fixture.ts";

const request = (span: unknown, resource: unknown = {}) => ({
  resourceSpans: [{ resource, scopeSpans: [{ spans: [{}, span] }] }],
});
const decode = (value: unknown) => decodeTraceJson(JSON.stringify(value), recordingSink().sink);

it.each([
  [7, "an object expected at the document"],
  [{ resourceSpans: {} }, "an array expected at /resourceSpans"],
  [{ resourceSpans: [7] }, "an object expected at /resourceSpans/0"],
  [request({}, { attributes: [7] }), "an object expected at /resourceSpans/0/resource/attributes/0"],
  [request(7), "an object expected at /resourceSpans/0/scopeSpans/0/spans/1"],
  [
    request({ kind: 2, attributes: [{ key: "service.name" }, { key: "feature_flag.key", value: 7 }] }),
    "an object expected at /resourceSpans/0/scopeSpans/0/spans/1/attributes/1/value",
  ],
  [request({ kind: 2, events: [{}, 7] }), "an object expected at /resourceSpans/0/scopeSpans/0/spans/1/events/1"],
])("%j is refused with its path", (value, message) => {
  expect(() => decode(value)).toThrow(OtlpDecodeError);
  expect(() => decode(value)).toThrow(message);
});

// Five million empty spans fit into 16 MiB and would keep everybody else waiting for seconds.
it("refuses more objects than a body of spans can have, before it parses them", () => {
  const spans = (count: number) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${"{},".repeat(count - 1)}{}]}]}]}`;

  expect(() => decodeTraceJson(spans(JSON_OBJECTS_MAX), recordingSink().sink)).toThrow("send fewer spans at once");
  expect(decodeTraceJson(spans(1_000), recordingSink().sink).spans).toBe(1_000);
});
