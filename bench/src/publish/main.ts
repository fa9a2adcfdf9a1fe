import { setTimeout as sleep } from "node:timers/promises";
import { type Api, createToken } from "../../../e2e/src/api.ts";
import { type ServerProcess, startServer } from "../../../e2e/src/server-process.ts";
import { type Speaker, startSpeaker } from "../processes/json-lines.ts";
import { cpuSecondsOf, residentBytesOf } from "../processes/process-usage.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayBytes, sayMs, sayNumber } from "../report/say-number.ts";
import { type Spread, spreadOf } from "../report/spread.ts";

const STREAMS = new URL("./streams.ts", import.meta.url);
const PROVIDERS = new URL("./providers.ts", import.meta.url);
const FLAG_COUNT = 50;
const PROVIDER_COUNT = 20;
/** Two processes and two tokens: one token may have 10,000 streams, and somebody must be left for the providers. */
const STREAM_PROCESSES = 2;
const WRITES = { quick: 10, full: 30 };
const PAUSE_MS = 700;
const OPEN_TIMEOUT_MS = 240_000;
const ARRIVE_TIMEOUT_MS = 60_000;

/** From a write that is acknowledged to its being applied by everybody who is connected. */
export const benchmark: Benchmark = { packages: ["@steadfast/openfeature-provider"], run };

type Measured = {
  readonly streams: number;
  /** Each stream of each write, from the acknowledgement, ms. */
  readonly streamMs: Spread;
  readonly providerMs: Spread;
  /** The last of all, of each write. */
  readonly lastMs: Spread;
  /** From the request to its acknowledgement. */
  readonly writeMs: Spread;
  readonly cpuMsPerWrite: number;
  readonly bytesPerStream: number | undefined;
  readonly snapshotBytes: number;
};

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const writes = isQuick ? WRITES.quick : WRITES.full;
  const thousand = await measure(1_000, writes);
  const tenThousand = await measure(10_000, Math.ceil(writes / 2));
  return {
    title: "Publishing a change",
    method: [
      `A real server (SQLite) with ${FLAG_COUNT} flags (a snapshot of ${sayBytes(thousand.snapshotBytes)}); ${PROVIDER_COUNT} real providers, and the rest raw sockets that read server-sent events to the end of each frame, in ${STREAM_PROCESSES + 1} other processes on the same machine.`,
      "Each write changes one flag over HTTP. Counted from the moment when its answer has arrived; what was applied before that counts as 0.",
    ],
    targets: [...targets(thousand, tenThousand)],
    tables: [
      {
        title: "From acknowledged to applied",
        columns: ["", "p50", "p95", "p99", "last of all, median", "last of all, worst"],
        rows: [thousand, tenThousand].flatMap((measured) => [
          [
            `${sayNumber(measured.streams)} streams`,
            ...cells(measured.streamMs),
            sayMs(measured.lastMs.median),
            sayMs(measured.lastMs.max),
          ],
          [`${PROVIDER_COUNT} providers among them`, ...cells(measured.providerMs), "–", "–"],
        ]),
      },
      {
        title: "What it costs the server",
        columns: ["", "the write itself, p50", "p95", "CPU a write", "memory a stream"],
        rows: [thousand, tenThousand].map((measured) => [
          `${sayNumber(measured.streams)} streams`,
          sayMs(measured.writeMs.median),
          sayMs(measured.writeMs.p95),
          sayMs(measured.cpuMsPerWrite),
          measured.bytesPerStream === undefined ? "–" : sayBytes(measured.bytesPerStream),
        ]),
        note: "Memory is the growth of the resident set by the opening of the streams; kernel buffers are not in it.",
      },
    ],
    charts: [],
    notes: [
      "The clients share the machine's cores with the server: with 10,000 of them most of the time is theirs.",
      'LaunchDarkly publishes "typically within 200 ms".',
    ],
  };
}

function targets(thousand: Measured, tenThousand: Measured): Target[] {
  return [
    {
      what: "1,000 streams: from acknowledged to applied, p99",
      limit: "≤ 100 ms",
      measured: sayMs(thousand.streamMs.p99),
      isMet: thousand.streamMs.p99 <= 100,
      reason: "The clients run on the same cores, and whatever else the machine had to do.",
    },
    {
      what: "10,000 streams: the last one, median of the writes",
      limit: "≤ 1 s",
      measured: `${sayMs(tenThousand.lastMs.median)} (worst ${sayMs(tenThousand.lastMs.max)})`,
      isMet: tenThousand.lastMs.median <= 1_000,
      reason: "The clients run on the same cores, and whatever else the machine had to do.",
    },
  ];
}

const cells = ({ median, p95, p99 }: Spread): string[] => [median, p95, p99].map(sayMs);

async function measure(streams: number, writes: number): Promise<Measured> {
  const server = await startServer({ env: { STEADFAST_LOG_LEVEL: "error" } });
  const speakers: Speaker[] = [];
  try {
    for (let index = 0; index < FLAG_COUNT; index += 1)
      await server.api.post("/api/v1/flags", { key: `flag-${index}`, owner: "bench", targeting: TARGETING });
    const { token } = await createToken(server.api, "client");
    const providers = startSpeaker(PROVIDERS, [server.url, token, String(PROVIDER_COUNT)]);
    speakers.push(providers);
    await opened(providers);
    await sleep(PAUSE_MS);
    const before = residentBytesOf(server.pid);
    const raw = await openStreams(server, streams, speakers);
    await sleep(2 * PAUSE_MS);
    const after = residentBytesOf(server.pid);
    const bytesPerStream = before === undefined || after === undefined ? undefined : (after - before) / streams;
    return { ...(await write(server, raw, providers, writes)), streams, bytesPerStream };
  } finally {
    for (const speaker of speakers) await speaker.stop();
    await server.stop();
  }
}

async function openStreams(server: ServerProcess, streams: number, speakers: Speaker[]): Promise<Speaker[]> {
  const raw: Speaker[] = [];
  for (let index = 0; index < STREAM_PROCESSES; index += 1) {
    const { token } = await createToken(server.api, "client");
    const args = ["127.0.0.1", String(server.port), token, String(streams / STREAM_PROCESSES)];
    const speaker = startSpeaker(STREAMS, args);
    raw.push(speaker);
    speakers.push(speaker);
  }
  await Promise.all(raw.map(opened));
  return raw;
}

const opened = (speaker: Speaker) => speaker.next<{ event?: string }>(({ event }) => event === "open", OPEN_TIMEOUT_MS);

type Arrived = { readonly version?: number; readonly times: readonly number[] };

async function write(server: ServerProcess, raw: readonly Speaker[], providers: Speaker, writes: number) {
  const [streamMs, providerMs, lastMs, writeMs]: [number[], number[], number[], number[]] = [[], [], [], []];
  const cpuBefore = cpuSecondsOf(server.pid) ?? Number.NaN;
  for (let index = 0; index < writes; index += 1) {
    await sleep(PAUSE_MS);
    const startedMs = nowMs();
    await change(server.api, index);
    const acknowledgedMs = nowMs();
    writeMs.push(acknowledgedMs - startedMs);
    const since = (times: readonly number[]) => times.map((atMs) => Math.max(0, atMs - acknowledgedMs));
    const [ofProviders, ...ofStreams] = await Promise.all([providers, ...raw].map(arrived));
    const streamTimes = since(ofStreams.flatMap(({ times }) => times));
    const providerTimes = since(ofProviders?.times ?? []);
    for (const ms of streamTimes) streamMs.push(ms);
    providerMs.push(...providerTimes);
    lastMs.push([...streamTimes, ...providerTimes].reduce((a, b) => Math.max(a, b), 0));
  }
  const snapshot = JSON.stringify(await server.api.get("/api/v1/environments/production/snapshot"));
  return {
    streamMs: spreadOf(streamMs),
    providerMs: spreadOf(providerMs),
    lastMs: spreadOf(lastMs),
    writeMs: spreadOf(writeMs),
    cpuMsPerWrite: (((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore) * 1_000) / writes,
    snapshotBytes: snapshot.length,
  };
}

/** The next version that a process has: writes come one after the other, so it is the one that was just written. */
const arrived = (speaker: Speaker) => speaker.next<Arrived>(({ version }) => version !== undefined, ARRIVE_TIMEOUT_MS);

const TARGETING = {
  if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", { in: [{ var: "country" }, ["NL", "BE"]] }, "on", null],
};

async function change(api: Api, index: number): Promise<void> {
  const path = `/api/v1/environments/production/flags/flag-${index % FLAG_COUNT}`;
  const { body } = await api.request<{ version: number; definition: { defaultVariant: string } }>("GET", path);
  const defaultVariant = body.definition.defaultVariant === "on" ? "off" : "on";
  const { status } = await api.request(
    "PUT",
    path,
    { defaultVariant, reason: "a benchmark" },
    { "if-match": `"${body.version}"` },
  );
  if (status >= 300) throw new Error(`a flag was not written: ${status}`);
}

const nowMs = () => performance.timeOrigin + performance.now();
