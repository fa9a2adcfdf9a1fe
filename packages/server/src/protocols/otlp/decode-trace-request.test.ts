import { describe, expect, it } from "vitest";
import { OtlpDecodeError } from "./decode-error.ts";
import { decodeTraceRequest, SPANS_PER_REQUEST_MAX } from "./decode-trace-request.ts";
import { recordingSink } from "./recording-sink.fixture.ts";
import { EVALUATIONS_PER_SPAN_MAX } from "./span-evaluations.ts";
import { encodeRequest } from "./trace-proto.fixture.ts";
import { unitGroupOf } from "./unit-group.ts";

const TRACE_ID = Buffer.from("5b8efff798038103d269b633813fc60c", "hex");
const START = "1544712660000000000";
const END = "1544712660250500000";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const integer = (key: string, intValue: number) => ({ key, value: { intValue } });
const server = { traceId: TRACE_ID, kind: 2, startTimeUnixNano: START, endTimeUnixNano: END };
const onSpan = [text("feature_flag.key", "checkout"), text("feature_flag.result.variant", "on")];

function request(spans: readonly object[], attributes: readonly object[] = [text("service.name", "shop")]): Buffer {
  return encodeRequest({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
}

function decode(bytes: Buffer) {
  const { sink, evaluations, requests } = recordingSink();
  const tally = decodeTraceRequest(bytes, sink);
  return { tally, evaluations, requests };
}

const group = (bytes: Buffer) => unitGroupOf(bytes, 0, bytes.length);

describe("what a span says", () => {
  it("reads flag, variant, service, environment, latency and the trace's group", () => {
    const bytes = request(
      [{ ...server, attributes: onSpan }],
      [text("service.name", "shop"), text("deployment.environment.name", "production")],
    );

    const { tally, evaluations } = decode(bytes);

    expect(evaluations).toEqual([
      {
        service: "shop",
        environment: "production",
        flag: "checkout",
        variant: "on",
        failed: false,
        latencyMs: 250.5,
        endedMs: Number(END) / 1e6,
        unitGroup: group(TRACE_ID),
      },
    ]);
    expect(tally).toMatchObject({ spans: 1, evaluations: 1, otherKindSpans: 0, rejectedSpans: 0 });
  });

  it("accepts the older names of every attribute", () => {
    const bytes = request(
      [
        {
          ...server,
          attributes: [
            text("feature_flag.key", "checkout"),
            text("feature_flag.variant", "on"),
            integer("http.status_code", 502),
          ],
        },
      ],
      [text("deployment.environment", "staging")],
    );

    const { evaluations } = decode(bytes);

    expect(evaluations).toMatchObject([{ environment: "staging", variant: "on", failed: true }]);
  });

  it.each([
    ["an unset status and no HTTP status", {}, [], false],
    ["status ERROR", { status: { code: 2 } }, [], true],
    ["status OK", { status: { code: 1 } }, [], false],
    ["HTTP 499", {}, [integer("http.response.status_code", 499)], false],
    ["HTTP 500", {}, [integer("http.response.status_code", 500)], true],
    ["HTTP 503 as text", {}, [text("http.response.status_code", "503")], true],
    ["no HTTP status at all", {}, [integer("http.response.status_code", 99_999)], false],
  ])("with %s, failed is as the convention says", (_, fields, attributes, isFailed) => {
    const { evaluations } = decode(request([{ ...server, ...fields, attributes: [...onSpan, ...attributes] }]));

    expect(evaluations).toMatchObject([{ failed: isFailed }]);
  });

  it("counts SERVER spans only and tallies the others", () => {
    const spans = [0, 1, 2, 3, 4, 5].map((kind) => ({ ...server, kind, attributes: onSpan }));

    const { tally, evaluations } = decode(request(spans));

    expect(evaluations).toHaveLength(1);
    expect(tally).toMatchObject({ spans: 6, otherKindSpans: 5 });
  });

  it("tells of each request whether it names a flag", () => {
    const bytes = request([
      { ...server, attributes: onSpan },
      { ...server, attributes: [text("http.route", "/")] },
      { ...server, kind: 3, attributes: onSpan },
    ]);

    expect(decode(bytes).requests).toEqual([true, false]);
  });

  it("gives no latency to a span without a start, and 0 to one that ends before it starts", () => {
    const spans = [
      { ...server, startTimeUnixNano: 0, attributes: onSpan },
      { ...server, startTimeUnixNano: END, endTimeUnixNano: START, attributes: onSpan },
    ];

    const { evaluations } = decode(request(spans));

    expect(evaluations.map((evaluation) => evaluation.latencyMs)).toEqual([Number.NaN, 0]);
  });
});

describe("evaluation events", () => {
  const event = (name: string, flag: string, variant: string, ...more: object[]) => ({
    name,
    attributes: [text("feature_flag.key", flag), text("feature_flag.result.variant", variant), ...more],
  });

  it("count each flag of a span once per variant, also where span and event name the same", () => {
    const events = [
      event("feature_flag.evaluation", "checkout", "on"),
      event("feature_flag.evaluation", "search", "v2"),
      event("feature_flag", "search", "v2"),
      event("exception", "banner", "red"),
    ];

    const { evaluations } = decode(request([{ ...server, attributes: onSpan, events }]));

    expect(evaluations.map(({ flag, variant }) => `${flag}=${variant}`)).toEqual(["checkout=on", "search=v2"]);
  });

  it("group by their own context, else by the span's, else by the trace", () => {
    const context = (id: string) => text("feature_flag.context.id", id);
    const own = event("feature_flag.evaluation", "own", "on", context("user-1"));
    const inherited = event("feature_flag.evaluation", "inherited", "on");

    const { evaluations } = decode(
      request([
        { ...server, attributes: [context("user-2")], events: [own, inherited] },
        { ...server, events: [inherited] },
      ]),
    );

    expect(evaluations.map(({ unitGroup }) => unitGroup)).toEqual([
      group(Buffer.from("user-1")),
      group(Buffer.from("user-2")),
      group(TRACE_ID),
    ]);
  });

  it("are bounded for one span", () => {
    const events = Array.from({ length: EVALUATIONS_PER_SPAN_MAX + 3 }, (_, index) =>
      event("feature_flag", `f${index}`, "on"),
    );

    const { tally, evaluations } = decode(request([{ ...server, events }]));

    expect(evaluations).toHaveLength(EVALUATIONS_PER_SPAN_MAX);
    expect(tally.surplusEvaluations).toBe(3);
  });
});

describe("encodings which no SDK writes but protobuf allows", () => {
  it("reads a resource that stands after its spans", () => {
    const spansFirst = encodeRequest({
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...server, attributes: onSpan }] }] }],
    });
    const resourceOnly = encodeRequest({
      resourceSpans: [{ resource: { attributes: [text("service.name", "late")] } }],
    });
    const body = Buffer.concat([
      spansFirst.subarray(headerLength(spansFirst)),
      resourceOnly.subarray(headerLength(resourceOnly)),
    ]);

    const { evaluations } = decode(Buffer.concat([Buffer.from([0x0a, ...lengthOf(body)]), body]));

    expect(evaluations).toMatchObject([{ service: "late", flag: "checkout" }]);
  });

  it("lets the last kind win, and a value stand before its key", () => {
    const keyValue = (key: string, value: string) => {
      const any = Buffer.concat([Buffer.from([0x0a, value.length]), Buffer.from(value)]);
      const body = Buffer.concat([
        Buffer.from([0x12, any.length]),
        any,
        Buffer.from([0x0a, key.length]),
        Buffer.from(key),
      ]);
      return Buffer.concat([Buffer.from([0x4a, body.length]), body]);
    };
    const attributes = Buffer.concat([
      keyValue("feature_flag.key", "checkout"),
      keyValue("feature_flag.variant", "on"),
    ]);
    const span = Buffer.concat([Buffer.from([0x30, 3]), attributes, Buffer.from([0x30, 2])]);

    const { evaluations } = decode(nest(0x0a, nest(0x12, nest(0x12, span))));

    expect(evaluations).toMatchObject([{ flag: "checkout", variant: "on" }]);
  });
});

describe("a body that is no OTLP", () => {
  it.each([
    ["a length beyond the end", Buffer.from([0x0a, 0x05, 0x0a]), "a length of 5 bytes where 1 are left at byte 1"],
    ["a number cut off", Buffer.from([0x0a, 0x80]), "a number that is cut off at byte 1"],
    ["a number without an end", Buffer.alloc(40, 0xff), "a number of more than 10 bytes at byte 0"],
    ["the field number 0", Buffer.from([0x02, 0x00]), "the field number 0 at byte 0"],
    ["a group", Buffer.from([0x0b, 0x0c]), "wire type 3, which OTLP does not use at byte 1"],
    ["a fixed64 cut off", Buffer.from([0x09, 1, 2]), "8 bytes expected where 2 are left at byte 1"],
    [
      "an inner length beyond its message",
      nest(0x0a, Buffer.from([0x12, 0x7f])),
      "a length of 127 bytes where 0 are left at byte 3",
    ],
  ])("%s is refused with its offset", (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(OtlpDecodeError);
    expect(() => decode(bytes)).toThrow(message);
  });

  it("with more spans than a body of real ones can have is refused", () => {
    const spans = Buffer.alloc(2 * (SPANS_PER_REQUEST_MAX + 1), Buffer.from([0x12, 0x00]));

    expect(() => decode(longNest(0x0a, longNest(0x12, spans)))).toThrow("send fewer at once");
  });

  it("an empty body is an empty request", () => {
    expect(decode(Buffer.alloc(0)).tally.spans).toBe(0);
  });
});

function nest(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body]);
}

/** With a length of four bytes, as protobuf allows. */
function longNest(tag: number, body: Buffer): Buffer {
  const septets = [0, 7, 14].map((shift) => ((body.length >> shift) & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([tag, ...septets, body.length >> 21]), body]);
}

function lengthOf(body: Buffer): number[] {
  return body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
}

function headerLength(encoded: Buffer): number {
  return (encoded[1] ?? 0) < 0x80 ? 2 : 3;
}
