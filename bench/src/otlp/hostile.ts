import { decodeTraceJson } from "../../../packages/server/src/protocols/otlp/decode-trace-json.ts";
import { decodeTraceRequest } from "../../../packages/server/src/protocols/otlp/decode-trace-request.ts";
import { TRACES_BODY_MAX_BYTES } from "../../../packages/server/src/protocols/otlp/routes.ts";
import type { Table, Target } from "../report/bench-result.ts";
import { cpuMsSince } from "../report/cpu-time.ts";
import { sayMs, sayNumber } from "../report/say-number.ts";
import { openCounting } from "./counting.ts";

/** While a body is read nobody else is answered: the longest that the largest one may take. */
const BLOCKED_MS_MAX = 500;

/** The largest bodies that are taken, made to be slow: the CPU time during which nobody else is answered. */
export function measureHostile(): { readonly targets: readonly Target[]; readonly tables: readonly Table[] } {
  const rows = BODIES.map(({ name, isJson, make }) => {
    const body = make(TRACES_BODY_MAX_BYTES);
    const before = process.cpuUsage();
    const outcome = attempt(body, isJson);
    return { name, ms: cpuMsSince(before), outcome };
  });
  const worst = rows.reduce((a, b) => (b.ms > a.ms ? b : a));
  return {
    targets: [
      {
        what: "the largest body that is taken, made to be slow: how long it keeps everybody else waiting",
        limit: `≤ ${BLOCKED_MS_MAX} ms`,
        measured: `${sayMs(worst.ms)} (${worst.name})`,
        isMet: worst.ms <= BLOCKED_MS_MAX,
      },
    ],
    tables: [
      {
        title: "Bodies of the largest size, made to be slow: CPU time, once, cold",
        columns: ["", "ms", "outcome"],
        rows: rows.map(({ name, ms, outcome }) => [name, sayNumber(ms), outcome]),
      },
    ],
  };
}

function attempt(body: Buffer, isJson: boolean): string {
  const batch = openCounting().open();
  try {
    const tally = isJson ? decodeTraceJson(body.toString("utf8"), batch) : decodeTraceRequest(body, batch);
    return `${sayNumber(tally.spans)} spans read`;
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message.slice(0, 80) : "not an error"}`;
  }
}

const BODIES: readonly { readonly name: string; readonly isJson: boolean; readonly make: (bytes: number) => Buffer }[] =
  [
    { name: "JSON, empty spans", isJson: true, make: (bytes) => spansOf("{}", bytes) },
    {
      name: "JSON, spans of one empty attribute",
      isJson: true,
      make: (bytes) => spansOf('{"kind":2,"attributes":[{"key":"a","value":{}}]}', bytes),
    },
    {
      name: "JSON, one span with very many attributes",
      isJson: true,
      make: (bytes) => Buffer.from(wrap(`{"kind":2,"attributes":[${repeat('{"key":"a"}', bytes)}]}`)),
    },
    {
      name: "protobuf, empty spans",
      isJson: false,
      // Two bytes a span: field 2, length 0.
      make: (bytes) => nested(0x0a, nested(0x12, Buffer.alloc(bytes - 20, Buffer.from([0x12, 0])))),
    },
  ];

const wrap = (span: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;

function spansOf(span: string, bytes: number): Buffer {
  return Buffer.from(wrap(repeat(span, bytes)));
}

function repeat(item: string, bytes: number): string {
  const count = Math.floor((bytes - 100) / (item.length + 1));
  return `${item},`.repeat(count - 1) + item;
}

function nested(tag: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let left = content.length; ; left = Math.floor(left / 128)) {
    if (left < 128) {
      length.push(left);
      break;
    }
    length.push((left % 128) + 128);
  }
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
