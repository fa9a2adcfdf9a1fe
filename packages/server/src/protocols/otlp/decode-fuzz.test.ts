import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OtlpDecodeError } from "./decode-error.ts";
import { decodeTraceJson } from "./decode-trace-json.ts";
import { decodeTraceRequest } from "./decode-trace-request.ts";
import { type RecordedEvaluation, recordingSink } from "./recording-sink.fixture.ts";
import type { SpanTally } from "./span-sink.ts";
import { canonicalRequest, encodeRequest } from "./trace-proto.fixture.ts";
import { unitGroupOf } from "./unit-group.ts";

/** STEADFAST_FUZZ_EFFORT=100 looks a hundred times longer; fast-check prints the seed of what it finds. */
const EFFORT = Number(process.env.STEADFAST_FUZZ_EFFORT ?? 1);

type Value = { stringValue: string } | { intValue: number } | { boolValue: boolean } | { arrayValue: object };
type Attribute = { key: string; value: Value };
type Event = { name: string; attributes: Attribute[] };
type Span = {
  traceId: string;
  kind: number;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  events: Event[];
  status?: { code: number; message: string };
};

const name = fc.oneof(
  fc.constantFrom("checkout", "search", "größe", ""),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const otherValue = fc.oneof(
  fc.record({ boolValue: fc.boolean() }),
  fc.record({ arrayValue: fc.constant({ values: [{ stringValue: "feature_flag.key" }] }) }),
);
const attributes = fc.uniqueArray(
  fc.oneof(
    fc.record({
      key: fc.constantFrom(
        "feature_flag.key",
        "feature_flag.result.variant",
        "feature_flag.variant",
        "feature_flag.context.id",
        "feature_flag.result.reason",
        "http.route",
      ),
      value: fc.oneof({ weight: 8, arbitrary: fc.record({ stringValue: name }) }, { weight: 1, arbitrary: otherValue }),
    }),
    fc.record({
      key: fc.constantFrom("http.response.status_code", "http.status_code", "thread.id"),
      value: fc.record({ intValue: fc.constantFrom(200, 404, 499, 500, 503, 599, 600, 0) }),
    }),
  ),
  { maxLength: 8, selector: (attribute) => attribute.key },
);
const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const span: fc.Arbitrary<Span> = fc.record(
  {
    traceId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    kind: fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 5),
    name: fc.string(),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    events: fc.array(
      fc.record({ name: fc.constantFrom("feature_flag.evaluation", "feature_flag", "exception"), attributes }),
      { maxLength: 3 },
    ),
    status: fc.record({ code: fc.constantFrom(0, 1, 2), message: fc.string() }),
  },
  { requiredKeys: ["traceId", "kind", "name", "startTimeUnixNano", "endTimeUnixNano", "attributes", "events"] },
);
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({
        attributes: fc.uniqueArray(
          fc.record({
            key: fc.constantFrom("service.name", "deployment.environment.name", "deployment.environment", "host.name"),
            value: fc.record({ stringValue: name }),
          }),
          { selector: (attribute) => attribute.key },
        ),
      }),
      scopeSpans: fc.array(fc.record({ spans: fc.array(span, { maxLength: 4 }) }), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function toProtobuf(value: Request): Buffer {
  return encodeRequest({
    resourceSpans: value.resourceSpans.map((resourceSpans) => ({
      ...resourceSpans,
      scopeSpans: resourceSpans.scopeSpans.map(({ spans }) => ({
        spans: spans.map((each) => ({ ...each, traceId: Buffer.from(each.traceId, "hex") })),
      })),
    })),
  });
}

/** Read the slow and plain way, from the objects: what both decoders must say. */
function expectedOf(value: Request): RecordedEvaluation[] {
  return value.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.flatMap((each) =>
        expectedOfSpan(each).map((evaluation) => ({
          service: textIn(resource.attributes, "service.name"),
          environment:
            textIn(resource.attributes, "deployment.environment.name") ??
            textIn(resource.attributes, "deployment.environment"),
          ...evaluation,
        })),
      ),
    ),
  );
}

function expectedOfSpan(each: Span) {
  if (each.kind !== 2) return [];
  const groupOf = (bytes: Buffer) => (bytes.length === 0 ? undefined : unitGroupOf(bytes, 0, bytes.length));
  const contextGroup = (list: Attribute[]) => groupOf(Buffer.from(textIn(list, "feature_flag.context.id") ?? ""));
  const http =
    integerIn(each.attributes, "http.response.status_code") ?? integerIn(each.attributes, "http.status_code");
  const [start, end] = [BigInt(each.startTimeUnixNano), BigInt(each.endTimeUnixNano)];
  const sources = [
    ...each.events.filter((event) => event.name !== "exception").map((event) => event.attributes),
    each.attributes,
  ];
  const seen = new Set<string>();
  return sources.flatMap((list) => {
    const flag = textIn(list, "feature_flag.key");
    const variant = textIn(list, "feature_flag.result.variant") ?? textIn(list, "feature_flag.variant");
    const pair = JSON.stringify([flag, variant]);
    if (flag === undefined || variant === undefined || seen.has(pair)) return [];
    seen.add(pair);
    return [
      {
        flag,
        variant,
        failed: each.status?.code === 2 || (http !== undefined && http >= 500 && http <= 599),
        endedMs: end === 0n ? Number.NaN : Number(end) / 1e6,
        latencyMs: start === 0n || end === 0n ? Number.NaN : Math.max(0, Number(end - start) / 1e6),
        unitGroup:
          contextGroup(list) ?? contextGroup(each.attributes) ?? groupOf(Buffer.from(each.traceId, "hex")) ?? -1,
      },
    ];
  });
}

function textIn(list: readonly Attribute[], key: string): string | undefined {
  const value = list.find((attribute) => attribute.key === key)?.value;
  return value && "stringValue" in value ? value.stringValue : undefined;
}

function integerIn(list: readonly Attribute[], key: string): number | undefined {
  const value = list.find((attribute) => attribute.key === key)?.value;
  return value && "intValue" in value ? value.intValue : undefined;
}

/** Latency may differ in the last bit: one decoder subtracts in halves, the other in big integers. */
function expectSame(actual: readonly RecordedEvaluation[], expected: readonly RecordedEvaluation[]): void {
  expect(actual.map((each) => ({ ...each, latencyMs: undefined }))).toEqual(
    expected.map((each) => ({ ...each, latencyMs: undefined })),
  );
  actual.forEach((each, index) => {
    const other = expected[index]?.latencyMs ?? 0;
    if (Number.isNaN(other)) expect(each.latencyMs).toBeNaN();
    else expect(Math.abs(each.latencyMs - other)).toBeLessThanOrEqual(other * 1e-12);
  });
}

/** OTLP has no groups (wire types 3 and 4), and a request with one is refused; protobufjs passes over them. */
function decodedUnlessGroups(...args: Parameters<typeof decodeTraceRequest>): SpanTally | undefined {
  try {
    return decodeTraceRequest(...args);
  } catch (error) {
    if (error instanceof OtlpDecodeError && /wire type [34],/.test(error.message)) return undefined;
    throw error;
  }
}

describe("any valid request", () => {
  it("is counted the same from protobuf, from JSON, and read plainly", () => {
    fc.assert(
      fc.property(request, (value) => {
        const fromProtobuf = recordingSink();
        const fromJson = recordingSink();

        const tally = decodeTraceRequest(toProtobuf(value), fromProtobuf.sink);
        const jsonTally = decodeTraceJson(JSON.stringify(value), fromJson.sink);

        const expected = expectedOf(value);
        expectSame(fromProtobuf.evaluations, expected);
        expectSame(fromJson.evaluations, expected);
        expect(fromJson.requests).toEqual(fromProtobuf.requests);
        expect(jsonTally).toEqual(tally);
        expect(tally.evaluations).toBe(expected.length);
      }),
      { numRuns: 300 * EFFORT },
    );
  });
});

describe("any bytes at all", () => {
  const decodeOrRefuse = (bytes: Buffer): SpanTally | undefined => {
    try {
      return decodeTraceRequest(bytes, recordingSink().sink);
    } catch (error) {
      if (error instanceof OtlpDecodeError) return undefined;
      throw error;
    }
  };

  it("are decoded or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeOrRefuse(Buffer.from(bytes));
      }),
      { numRuns: 2_000 * EFFORT },
    );
  });

  it("are decoded or refused when a valid request is damaged or cut", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(request, damage, fc.nat(), (value, changes, cut) => {
        const bytes = toProtobuf(value);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;

        decodeOrRefuse(bytes);
        decodeOrRefuse(bytes.subarray(0, cut % (bytes.length + 1)));
      }),
      { numRuns: 1_000 * EFFORT },
    );
  });

  it("that protobufjs can read are counted as what it read", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(request, damage, (value, changes) => {
        const bytes = toProtobuf(value);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const canonical = canonicalRequest(bytes);
        if (canonical === undefined) return;
        const [fromDamaged, fromCanonical] = [recordingSink(), recordingSink()];

        const tally = decodedUnlessGroups(bytes, fromDamaged.sink);

        if (tally === undefined) return;
        expect(tally).toEqual(decodeTraceRequest(canonical, fromCanonical.sink));
        expectSame(fromDamaged.evaluations, fromCanonical.evaluations);
      }),
      { numRuns: 1_000 * EFFORT },
    );
  });

  it("as JSON are decoded or refused", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.json().map((inner) => `{"resourceSpans":[{"scopeSpans":[${inner}]}]}`),
          fc.string(),
        ),
        (text) => {
          try {
            decodeTraceJson(text, recordingSink().sink);
          } catch (error) {
            expect(error).toBeInstanceOf(OtlpDecodeError);
          }
        },
      ),
      { numRuns: 1_000 * EFFORT },
    );
  });
});
