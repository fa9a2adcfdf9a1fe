import { type ServerProcess, startServer } from "../../../e2e/src/server-process.ts";
import type { DatabaseConfig } from "../../../packages/server/src/db/database.ts";
import { openDatabase } from "../../../packages/server/src/db/open-database.ts";
import { recordTellings } from "../../../packages/server/src/delivery/record.ts";
import { newId } from "../../../packages/server/src/http/ids.ts";
import { createJournal } from "../../../packages/server/src/journal/journal.ts";
import { PROJECTORS } from "../../../packages/server/src/projectors.ts";
import { cpuSecondsOf } from "../processes/process-usage.ts";
import { cpuMsSince } from "../report/cpu-time.ts";
import { type GeneratedEvent, type GeneratedService, generateEvents, tellingOf } from "./generate-facts.ts";

/** As many as POST /cdevents takes at once. */
export const EVENTS_PER_BATCH = 1_000;
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
    const keys = [...direct, ...overHttp].map(({ key }) => key);
    for (const key of keys) {
      await server.api.request("PUT", `/api/v1/services/${key}`, { repositories: [`acme/${key}`] });
    }
    const [large = "", ...usual] = keys;
    return {
      direct: recorded,
      overHttp: sent,
      usualPage: await askPages(server, usual, true),
      largePage: await askPages(server, [large], true),
      largePageAgain: await askPages(server, [large], false),
    };
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
  const ingest = { facts: 0, wallMs: 0, cpuMs: 0 };
  for (const events of batches(services, nowMs)) {
    const tellings = events.map(tellingOf);
    const [cpuBefore, startedMs] = [process.cpuUsage(), performance.now()];
    const { recorded } = await recordTellings(journal, tellings, PROVENANCE);
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
  const cpuBefore = cpuSecondsOf(server.pid) ?? Number.NaN;
  for (const events of batches(services, nowMs)) {
    const body = JSON.stringify(events.map(inCloudEvent));
    const startedMs = performance.now();
    const answer = await fetch(`${server.url}/cdevents`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.adminToken}`, "content-type": BATCH_TYPE },
      body,
    });
    const { told }: { told?: unknown } = JSON.parse(await answer.text());
    ingest.wallMs += performance.now() - startedMs;
    if (told !== events.length) throw new Error(`${answer.status}: ${told} of ${events.length} events were told`);
    ingest.facts += events.length;
  }
  return { ...ingest, cpuMs: 1_000 * ((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore) };
}

function inCloudEvent(event: GeneratedEvent) {
  const { id, type } = event.context;
  return { specversion: "1.0", id, type, source: "/bench", data: event };
}

/** @param hasNews something is told of the service before each page */
async function askPages(server: ServerProcess, keys: readonly string[], hasNews: boolean): Promise<PageTimes> {
  const ask = async (index: number) => {
    const key = keys[index % keys.length] ?? "";
    if (hasNews) await tellNews(server, key, index);
    const cpuBefore = cpuSecondsOf(server.pid) ?? Number.NaN;
    const startedMs = performance.now();
    const page: { changes?: unknown[] } = await server.api.get(`/api/v1/services/${key}/delivery`);
    const wallMs = performance.now() - startedMs;
    if (!page.changes?.length) throw new Error("the page has no changes");
    return { wallMs, cpuMs: 1_000 * ((cpuSecondsOf(server.pid) ?? Number.NaN) - cpuBefore) };
  };
  for (let index = 0; index < WARM_UP_PAGES; index += 1) await ask(index);
  const asked: Awaited<ReturnType<typeof ask>>[] = [];
  for (let index = 0; index < PAGES; index += 1) asked.push(await ask(WARM_UP_PAGES + index));
  return {
    wallMs: asked.map(({ wallMs }) => wallMs),
    cpuMs: asked.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / PAGES,
  };
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
