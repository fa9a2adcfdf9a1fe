import { type ServerProcess, startServer } from "../../../e2e/src/server-process.ts";
import type { DatabaseConfig } from "../../../packages/server/src/db/database.ts";
import { openDatabase } from "../../../packages/server/src/db/open-database.ts";
import { createRecorder } from "../../../packages/server/src/delivery/recorder.ts";
import { newId } from "../../../packages/server/src/http/ids.ts";
import { createJournal } from "../../../packages/server/src/journal/journal.ts";
import { PROJECTORS } from "../../../packages/server/src/projectors.ts";
import { cpuSecondsOf, peakBytesOf } from "../processes/process-usage.ts";
import { cpuMsSince } from "../report/cpu-time.ts";
import { type GeneratedEvent, type GeneratedService, generateEvents, tellingOf } from "./generate-facts.ts";

/** As many as POST /cdevents takes at once. */
export const EVENTS_PER_BATCH = 1_000;
/** Who send at the same time, each the next batch when the one before is answered. */
export const SENDERS = 4;
/** Made before they are sent: 80 bodies of 0.6 MB. */
const BODIES_PER_ROUND = 80;
/** Stored, not counted: a server runs for months, its code is compiled in the first second. */
export const WARM_UP_BATCHES = 10;
const PAGES = 30;
const WARM_UP_PAGES = 5;
const BATCH_TYPE = "application/cloudevents-batch+json";
const PROVENANCE = { actor: { kind: "system", id: "bench", name: "the benchmark" }, reason: null } as const;

export type Ingest = { readonly facts: number; readonly wallMs: number; readonly cpuMs: number };
export type PageTimes = { readonly wallMs: readonly number[]; readonly cpuMs: number };
export type Measured = {
  readonly direct: Ingest;
  readonly overHttp: Ingest;
  /** Each after something was told of the service. */
  readonly usualPage: PageTimes;
  /** Of the first service. */
  readonly largePage: PageTimes;
  readonly largePageAgain: PageTimes;
  /** The first one since the server started. */
  readonly largePageFirst: PageTimes;
  /** The most that the server had in memory when all was sent, and when all pages were made; `undefined`: the system does not say. */
  readonly peakBytes: { readonly ingest: number | undefined; readonly pages: number | undefined };
};

/** Fills an empty store with the facts of both, and asks for pages of it. */
export async function measureFacts(
  config: DatabaseConfig,
  direct: readonly GeneratedService[],
  overHttp: readonly GeneratedService[],
): Promise<Measured> {
  const nowMs = Date.now();
  const recorded = await recordAll(config, direct, nowMs);
  const server = await startServer(
    config.kind === "sqlite" ? { dataDir: config.dataDir } : { databaseUrl: config.url },
  );
  try {
    const sent = await sendAll(server, overHttp, nowMs);
    const ingestPeak = peakBytesOf(server.pid);
    const keys = [...direct, ...overHttp].map(({ key }) => key);
    for (const key of keys) {
      await server.api.request("PUT", `/api/v1/services/${key}`, { repositories: [`acme/${key}`] });
    }
    const [large = "", ...usual] = keys;
    const first = await askPage(server, large);
    const pages = {
      largePageFirst: { wallMs: [first.wallMs], cpuMs: first.cpuMs },
      usualPage: await askPages(server, usual, true),
      largePage: await askPages(server, [large], true),
      largePageAgain: await askPages(server, [large], false),
    };
    const peakBytes = { ingest: ingestPeak, pages: peakBytesOf(server.pid) };
    return { direct: recorded, overHttp: sent, ...pages, peakBytes };
  } finally {
    await server.stop();
  }
}

async function recordAll(config: DatabaseConfig, services: readonly GeneratedService[], nowMs: number) {
  const database = await openDatabase(config);
  const journal = await createJournal({
    database,
    projectors: PROJECTORS,
    nowMs: Date.now,
    newId: (prefix) => newId(prefix, Date.now()),
  });
  const record = createRecorder(journal);
  const ingest = { facts: 0, wallMs: 0, cpuMs: 0 };
  let warmUp = WARM_UP_BATCHES;
  for (const events of batches(services, nowMs)) {
    const tellings = events.map(tellingOf);
    const [cpuBefore, startedMs] = [process.cpuUsage(), performance.now()];
    const { recorded } = await record(tellings, PROVENANCE);
    warmUp -= 1;
    if (warmUp >= 0) continue;
    ingest.wallMs += performance.now() - startedMs;
    ingest.cpuMs += cpuMsSince(cpuBefore);
    ingest.facts += recorded;
  }
  await journal.close();
  await database.close();
  return ingest;
}

async function sendAll(server: ServerProcess, services: readonly GeneratedService[], nowMs: number): Promise<Ingest> {
  const ingest = { facts: 0, wallMs: 0, cpuMs: 0 };
  let isWarm = false;
  for (const round of rounds(services, nowMs)) {
    const bodies = round.map((events) => JSON.stringify(events.map(inCloudEvent)));
    const cpuBefore = cpuSecondsOf(server.pid) ?? Number.NaN;
    const startedMs = performance.now();
    await sendRound(server, bodies);
    if (isWarm) {
      ingest.wallMs += performance.now() - startedMs;
      ingest.cpuMs += 1_000 * ((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore);
      ingest.facts += round.reduce((sum, { length }) => sum + length, 0);
    }
    isWarm = true;
  }
  return ingest;
}

/** Batches that are made before they are sent; the first ones warm up. */
function* rounds(services: readonly GeneratedService[], nowMs: number): Generator<GeneratedEvent[][]> {
  let round: GeneratedEvent[][] = [];
  let size = WARM_UP_BATCHES;
  for (const events of batches(services, nowMs)) {
    round.push(events);
    if (round.length < size) continue;
    yield round;
    round = [];
    size = BODIES_PER_ROUND;
  }
  yield round;
}

/** Each sender sends the next batch when its last one is answered. */
async function sendRound(server: ServerProcess, bodies: readonly string[]): Promise<void> {
  let next = 0;
  const senders = Array.from({ length: SENDERS }, async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await sendBatch(server, body);
  });
  await Promise.all(senders);
}

async function sendBatch(server: ServerProcess, body: string): Promise<void> {
  const answer = await fetch(`${server.url}/cdevents`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.adminToken}`, "content-type": BATCH_TYPE },
    body,
  });
  const { duplicates }: { duplicates?: unknown } = JSON.parse(await answer.text());
  if (answer.status !== 202 || duplicates !== 0) throw new Error(`${answer.status}: not every event was told`);
}

function inCloudEvent(event: GeneratedEvent) {
  const { id, type } = event.context;
  return { specversion: "1.0", id, type, source: "/bench", data: event };
}

/** @param hasNews something is told of the service before each page */
async function askPages(server: ServerProcess, keys: readonly string[], hasNews: boolean): Promise<PageTimes> {
  const asked: Page[] = [];
  for (let index = 0; index < WARM_UP_PAGES + PAGES; index += 1) {
    const key = keys[index % keys.length] ?? "";
    if (hasNews) await tellNews(server, key, index);
    const page = await askPage(server, key);
    if (index >= WARM_UP_PAGES) asked.push(page);
  }
  return {
    wallMs: asked.map(({ wallMs }) => wallMs),
    cpuMs: asked.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / PAGES,
  };
}

type Page = { readonly wallMs: number; readonly cpuMs: number };

async function askPage(server: ServerProcess, key: string): Promise<Page> {
  const cpuBefore = cpuSecondsOf(server.pid) ?? Number.NaN;
  const startedMs = performance.now();
  const page: { changes?: unknown[] } = await server.api.get(`/api/v1/services/${key}/delivery`);
  const wallMs = performance.now() - startedMs;
  if (!page.changes?.length) throw new Error("the page has no changes");
  return { wallMs, cpuMs: 1_000 * ((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore) };
}

async function tellNews(server: ServerProcess, key: string, index: number): Promise<void> {
  await server.api.post("/api/v1/deployments", { id: `news-${key}-${index}`, service: key, environment: "production" });
}

function* batches(services: readonly GeneratedService[], nowMs: number): Generator<GeneratedEvent[]> {
  let batch: GeneratedEvent[] = [];
  for (const service of services) {
    for (const event of generateEvents(service, nowMs)) {
      batch.push(event);
      if (batch.length < EVENTS_PER_BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
