import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseConfig } from "../../../packages/server/src/db/database.ts";
import { findPostgres, startPostgresCluster } from "../../../packages/server/src/db/postgres-cluster.fixture.ts";
import type { Benchmark, BenchOptions, Findings, Target } from "../report/bench-result.ts";
import { sayMs, sayNumber } from "../report/say-number.ts";
import { spreadOf } from "../report/spread.ts";
import type { GeneratedService } from "./generate-facts.ts";
import {
  EVENTS_PER_BATCH,
  type Ingest,
  type Measured,
  measureFacts,
  type PageTimes,
  SENDERS,
  WARM_UP_BATCHES,
} from "./measure-facts.ts";

const FACTS = { quick: 150_000, full: 1_000_000 };
const SERVICES = 100;
const LARGE_FACTS = 50_000;
/** Sent over HTTP, after the others: into a store that is not empty. */
const SHARE_OVER_HTTP = 0.5;
const PER_SECOND_MIN = 20_000;
const PAGE_MAX_MS = 300;
/** What a container of half a gigabyte is given. */
const PEAK_MAX_MB = 512;
const BYTES_PER_MB = 1_048_576;

const OWN_WORK = "The node's own work takes longer than that.";

/** What the delivery facts of a company cost to take in, and a service's page to make from them. */
export const benchmark: Benchmark = { packages: ["kysely", "pg", "zod"], run };

type OnStore = { readonly store: string; readonly measured: Measured };

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const services = servicesOf(isQuick ? FACTS.quick : FACTS.full);
  const all: OnStore[] = [{ store: "SQLite", measured: await onSqlite(services) }];
  const postgres = await onPostgres(services);
  if (postgres !== undefined) all.push({ store: "PostgreSQL", measured: postgres });
  const total = [...services.direct, ...services.overHttp].reduce((sum, { facts }) => sum + facts, 0);
  const usual = services.direct[1]?.facts ?? 0;
  return {
    title: "Delivery facts, taken in and reported on",
    method: [
      `${sayNumber(total)} CDEvents (changes, reviews, pipeline runs, tests, deployments, incidents) of ${SERVICES} services over a year: one of ${sayNumber(LARGE_FACTS)}, the others of ${sayNumber(usual)} each.`,
      `Half of the services are recorded in this process, ${EVENTS_PER_BATCH} facts in a transaction, the others sent to a real server on the same store by POST /cdevents, ${EVENTS_PER_BATCH} in a request, by ${SENDERS} senders at once. Making the events is not in the time, nor are the first ${WARM_UP_BATCHES} requests and transactions. Both stores wait for the disk at every commit.`,
      "A page is GET /api/v1/services/{key}/delivery of a quarter over HTTP, answered to its last byte: just after something new was told of the service, and when nothing was. CPU time is that of the node, PostgreSQL's own is not in it.",
      "A page of the other services is, for most, the first one that is asked for since the server started: all that was told of the service is read for it.",
    ],
    targets: all.flatMap(targetsOf),
    tables: [
      {
        title: "Taking facts in",
        columns: ["", "facts", "a second", "a second of the node's CPU"],
        rows: all.flatMap(({ store, measured }) => [
          [`${store}, recorded in the process`, ...cellsOf(measured.direct)],
          [`${store}, POST /cdevents`, ...cellsOf(measured.overHttp)],
        ]),
      },
      {
        title: "A service's page",
        columns: ["", "p50", "p95", "the node's CPU"],
        rows: all.flatMap(({ store, measured }) => [
          [`${store}, ${sayNumber(usual)} facts, something new`, ...pageCells(measured.usualPage)],
          [`${store}, ${sayNumber(LARGE_FACTS)} facts, the first page`, ...pageCells(measured.largePageFirst)],
          [`${store}, ${sayNumber(LARGE_FACTS)} facts, something new`, ...pageCells(measured.largePage)],
          [`${store}, ${sayNumber(LARGE_FACTS)} facts, nothing new`, ...pageCells(measured.largePageAgain)],
        ]),
      },
      {
        title: "The server's memory",
        columns: ["", "most while facts came", "most after the pages"],
        rows: all.map(({ store, measured: { peakBytes } }) => [store, sayMb(peakBytes.ingest), sayMb(peakBytes.pages)]),
        note: "Resident, since the server started; what PostgreSQL has is not in it.",
      },
    ],
    charts: [],
    notes: postgres === undefined ? ["PostgreSQL is not installed on this machine."] : [],
  };
}

type Services = { readonly direct: readonly GeneratedService[]; readonly overHttp: readonly GeneratedService[] };

function servicesOf(total: number): Services {
  const usual = Math.floor((total - LARGE_FACTS) / (SERVICES - 1));
  const all = Array.from({ length: SERVICES }, (_, index) => ({
    key: `service-${index}`,
    facts: index === 0 ? total - usual * (SERVICES - 1) : usual,
  }));
  const overHttp = Math.round(SERVICES * SHARE_OVER_HTTP);
  return { direct: all.slice(0, -overHttp), overHttp: all.slice(-overHttp) };
}

async function onSqlite({ direct, overHttp }: Services): Promise<Measured> {
  const dataDir = await mkdtemp(join(tmpdir(), "steadfast-bench-"));
  try {
    return await measureFacts({ kind: "sqlite", dataDir }, direct, overHttp);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function onPostgres({ direct, overHttp }: Services): Promise<Measured | undefined> {
  const found = findPostgres();
  if ("reason" in found) return undefined;
  const cluster = await startPostgresCluster(found, { isDurable: true });
  try {
    const config: DatabaseConfig = { kind: "postgres", url: await cluster.createDatabase() };
    return await measureFacts(config, direct, overHttp);
  } finally {
    await cluster.remove();
  }
}

function targetsOf({ store, measured }: OnStore): Target[] {
  const { direct, overHttp, usualPage, largePage, largePageAgain, peakBytes } = measured;
  return [
    ingestTarget(`facts recorded a second, ${store}`, direct),
    ingestTarget(`facts by POST /cdevents a second, ${store}`, overHttp),
    pageTarget(`a service's page, p95, ${store}`, usualPage),
    pageTarget(`the page of a service of ${sayNumber(LARGE_FACTS)} facts after news, p95, ${store}`, largePage),
    pageTarget(`the page of a service of ${sayNumber(LARGE_FACTS)} facts without news, p95, ${store}`, largePageAgain),
    ...(peakBytes.pages === undefined ? [] : [memoryTarget(store, peakBytes.pages)]),
  ];
}

function ingestTarget(what: string, ingest: Ingest): Target {
  const perSecond = (1_000 * ingest.facts) / ingest.wallMs;
  const perCpuSecond = (1_000 * ingest.facts) / ingest.cpuMs;
  return {
    what,
    limit: `≥ ${sayNumber(PER_SECOND_MIN)}`,
    measured: `${sayNumber(perSecond)} (${sayNumber(perCpuSecond)} a second of CPU)`,
    isMet: perSecond >= PER_SECOND_MIN,
    reason: perCpuSecond < PER_SECOND_MIN ? OWN_WORK : sayWaits(ingest.cpuMs / ingest.wallMs),
  };
}

function pageTarget(what: string, { wallMs, cpuMs }: PageTimes): Target {
  const { median, p95 } = spreadOf(wallMs);
  return {
    what,
    limit: `≤ ${PAGE_MAX_MS} ms`,
    measured: `${sayMs(p95)} (p50 ${sayMs(median)}, CPU ${sayMs(cpuMs)})`,
    isMet: p95 <= PAGE_MAX_MS,
    reason:
      cpuMs > PAGE_MAX_MS ? OWN_WORK : sayWaits((cpuMs * wallMs.length) / wallMs.reduce((sum, ms) => sum + ms, 0)),
  };
}

function memoryTarget(store: string, bytes: number): Target {
  return {
    what: `the server's memory at most, ${store}`,
    limit: `≤ ${PEAK_MAX_MB} MB`,
    measured: sayMb(bytes),
    isMet: bytes <= PEAK_MAX_MB * BYTES_PER_MB,
  };
}

/** @param share CPU time of the time that passed; above 1 where threads worked at once */
function sayWaits(share: number): string {
  const percent = sayNumber(Math.min(100, Math.round(100 * share)));
  return `The node worked ${percent} % of that time. Else it waited: for the store and its disk, or for a processor that others used.`;
}

function sayMb(bytes: number | undefined): string {
  return bytes === undefined ? "not known" : `${sayNumber(Math.round(bytes / BYTES_PER_MB))} MB`;
}

function cellsOf({ facts, wallMs, cpuMs }: Ingest): string[] {
  return [sayNumber(facts), sayNumber((1_000 * facts) / wallMs), sayNumber((1_000 * facts) / cpuMs)];
}

function pageCells({ wallMs, cpuMs }: PageTimes): string[] {
  const { median, p95 } = spreadOf(wallMs);
  return [sayMs(median), sayMs(p95), sayMs(cpuMs)];
}
