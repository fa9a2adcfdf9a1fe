import { decodeTraceJson } from "../../../packages/server/src/protocols/otlp/decode-trace-json.ts";
import { decodeTraceRequest } from "../../../packages/server/src/protocols/otlp/decode-trace-request.ts";
import { NameCache } from "../../../packages/server/src/protocols/otlp/name-cache.ts";
import { decodeRequest, encodeRequest } from "../../../packages/server/src/protocols/otlp/trace-proto.fixture.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { cpuMsSince } from "../report/cpu-time.ts";
import { sayBytes, sayNumber, sayRatio } from "../report/say-number.ts";
import { ratioSpread, spreadOf } from "../report/spread.ts";
import { openCounting } from "./counting.ts";
import { measureHostile } from "./hostile.ts";
import { makeRequest, SPANS_PER_REQUEST } from "./workload.ts";

const ROUNDS = 61;
const QUICK_ROUNDS = 21;
const WARM_UP_ROUNDS = 5;
const DECODES_PER_ROUND = 5;
const SPANS_PER_SERVER_SPAN = 4;

/** Spans counted a second on one core, beside a full decode of the same bytes. */
export const benchmark: Benchmark = { packages: ["protobufjs"], run };

type Subject = { readonly name: string; readonly decode: () => void };
type Rounds = ReadonlyMap<string, readonly number[]>;

const OURS = "Steadfast, protobuf: decoded and counted";
const PROTOBUFJS = "protobufjs: decoded";
const OURS_JSON = "Steadfast, JSON: parsed and counted";
const JSON_PARSE = "JSON.parse";

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const bytes = encodeRequest(makeRequest((hex) => Buffer.from(hex, "hex")));
  const json = Buffer.from(JSON.stringify(makeRequest((hex) => hex)));
  const counting = openCounting();
  const names = new NameCache();
  const subjects: readonly Subject[] = [
    { name: OURS, decode: () => decodeTraceRequest(bytes, counting.open(), names) },
    { name: PROTOBUFJS, decode: () => decodeRequest(bytes) },
    { name: OURS_JSON, decode: () => decodeTraceJson(json.toString("utf8"), counting.open()) },
    { name: JSON_PARSE, decode: () => JSON.parse(json.toString("utf8")) },
  ];
  const hostile = measureHostile();
  checkCounts(subjects, counting.counted);
  const rounds = measure(subjects, isQuick ? QUICK_ROUNDS : ROUNDS);
  return {
    title: "Counting spans (OTLP)",
    method: [
      `One export of ${sayNumber(SPANS_PER_REQUEST)} spans with the usual attributes: ${sayBytes(bytes.length)} in protobuf, ${sayBytes(json.length)} in JSON; one span of four is a SERVER span and names a flag.`,
      "Ours decodes what it needs and counts it by flag, variant, latency bucket and unit group. The peers decode and count nothing.",
      "CPU time of one process, everybody in turn; ratios are of the same round.",
    ],
    targets: [
      atLeast("spans a second, of protobufjs decoding the same bytes", 4, rounds, OURS, PROTOBUFJS),
      ...hostile.targets,
    ],
    tables: [
      {
        title: "Spans a second on one core: median, 5th–95th percentile of the rounds",
        columns: ["", "spans/s", "p5–p95", "bytes/s", "µs a span"],
        rows: subjects.map(({ name }) => row(name, rounds, name === OURS || name === PROTOBUFJS ? bytes : json)),
      },
      ...hostile.tables,
    ],
    charts: [
      {
        title: "Spans a second on one core",
        unit: "/s",
        isLogarithmic: false,
        bars: subjects.map(({ name }) => ({
          name,
          value: Number(spansPerSecond(rounds, name).median.toPrecision(3)),
          isOurs: name === OURS || name === OURS_JSON,
        })),
      },
    ],
    notes: [],
  };
}

/** What is fast and counts wrong must not be measured. */
function checkCounts(subjects: readonly Subject[], counted: () => number): void {
  for (const { name, decode } of subjects) {
    const before = counted();
    decode();
    const expected = name === OURS || name === OURS_JSON ? SPANS_PER_REQUEST / SPANS_PER_SERVER_SPAN : 0;
    if (counted() - before !== expected) throw new Error(`${name} counted ${counted() - before} of ${expected}`);
  }
}

function measure(subjects: readonly Subject[], rounds: number): Rounds {
  const times = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (let turn = 0; turn < subjects.length; turn += 1) {
      const subject = subjects[(turn + round + WARM_UP_ROUNDS) % subjects.length];
      if (subject === undefined) continue;
      const before = process.cpuUsage();
      for (let decodes = 0; decodes < DECODES_PER_ROUND; decodes += 1) subject.decode();
      if (round >= 0) times.get(subject.name)?.push(cpuMsSince(before) / DECODES_PER_ROUND);
    }
  }
  return times;
}

function atLeast(what: string, limit: number, rounds: Rounds, ours: string, peer: string): Target {
  const ratio = ratioSpread(rounds.get(peer) ?? [], rounds.get(ours) ?? []);
  return {
    what,
    limit: `≥ ${limit} ×`,
    measured: `${sayRatio(ratio.median)} (${ratio.p5.toFixed(2)}–${ratio.p95.toFixed(2)})`,
    isMet: ratio.median >= limit,
  };
}

function spansPerSecond(rounds: Rounds, name: string) {
  return spreadOf((rounds.get(name) ?? []).map((ms) => (SPANS_PER_REQUEST * 1_000) / ms));
}

function row(name: string, rounds: Rounds, body: Buffer): string[] {
  const { median, p5, p95 } = spansPerSecond(rounds, name);
  return [
    name,
    sayNumber(median),
    `${sayNumber(p5)}–${sayNumber(p95)}`,
    `${sayBytes((median * body.length) / SPANS_PER_REQUEST)}/s`,
    (1e6 / median).toFixed(2),
  ];
}
