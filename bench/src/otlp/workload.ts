/** What an SDK exports at once is 512 spans, what a collector sends 8,192: one request between the two. */
export const SPANS_PER_REQUEST = 4_096;
const FLAGS = ["new-checkout", "fast-search", "recommendations"];
/** A request has its server span, and spans of the calls that it makes. */
const SPANS_PER_TRACE = 4;
const START_NS = 1_790_000_000_000_000_000n;

/** Bytes in the protobuf form, hexadecimal in JSON. */
type Ids = (hex: string) => string | Uint8Array;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const integer = (key: string, value: number) => ({ key, value: { intValue: String(value) } });

/** An export of a service with the usual attributes, one SERVER span of four, each of those with one flag. */
export function makeRequest(ids: Ids): object {
  const spans = Array.from({ length: SPANS_PER_REQUEST }, (_, index) => makeSpan(index, ids));
  const resource = {
    attributes: [
      text("service.name", "shop"),
      text("deployment.environment.name", "production"),
      text("service.version", "2.14.3"),
      text("telemetry.sdk.language", "nodejs"),
      text("host.name", "shop-7d9f8b6c5-x2x4k"),
    ],
  };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "http", version: "1.30.0" }, spans }] }] };
}

function makeSpan(index: number, ids: Ids): object {
  const trace = Math.floor(index / SPANS_PER_TRACE);
  const isServer = index % SPANS_PER_TRACE === 0;
  const startNs = START_NS + BigInt(index) * 1_000_003n;
  return {
    traceId: ids(hex(trace, 32)),
    spanId: ids(hex(index + 1, 16)),
    ...(isServer ? {} : { parentSpanId: ids(hex(trace * SPANS_PER_TRACE + 1, 16)) }),
    name: isServer ? "POST /checkout" : "SELECT cart",
    kind: isServer ? 2 : 3,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + BigInt(5_000_000 + (index % 97) * 1_300_000)),
    attributes: isServer ? serverAttributes(trace) : clientAttributes(index),
    status: trace % 200 === 0 && isServer ? { code: 2, message: "payment refused" } : {},
  };
}

function serverAttributes(trace: number): object[] {
  return [
    text("http.request.method", "POST"),
    text("url.path", "/checkout"),
    text("http.route", "/checkout"),
    integer("http.response.status_code", trace % 200 === 0 ? 502 : 200),
    text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
    text("feature_flag.key", FLAGS[trace % FLAGS.length] ?? ""),
    text("feature_flag.result.variant", trace % 10 === 0 ? "on" : "off"),
    text("feature_flag.provider.name", "steadfast"),
  ];
}

function clientAttributes(index: number): object[] {
  return [
    text("db.system.name", "postgresql"),
    text("db.query.text", "SELECT sku, quantity FROM cart WHERE customer = $1 ORDER BY added_at"),
    text("server.address", "db-1.internal"),
    integer("server.port", 5_432),
    integer("db.response.returned_rows", index % 20),
  ];
}

/** Spread, so that unit groups are. */
function hex(index: number, digits: number): string {
  const mixed = (BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  return mixed.toString(16).padStart(16, "0").repeat(2).slice(0, digits);
}
