import { setTimeout as sleep } from "node:timers/promises";
import { type Api, createToken } from "../../../e2e/src/api.ts";
import { createFlag, untilState } from "../../../e2e/src/guarded-rollout.ts";
import { startServer } from "../../../e2e/src/server-process.ts";
import { type ShopProcess, startShop } from "../../../e2e/src/shop-process.ts";
import type { Benchmark, BenchOptions, Findings } from "../report/bench-result.ts";
import { sayNumber } from "../report/say-number.ts";
import { type Spread, spreadOf } from "../report/spread.ts";
import { type Followers, startFollowers } from "./followers.ts";

const REPETITIONS = { quick: 5, full: 20 };
const FLAG = "new-checkout";
const FOLLOWERS = 10;
/** What the demo has. */
const REQUESTS_PER_SECOND = 250;
const USERS = 5_000;
const SHARE = 0.01;
/** History for the guard before the first rollout, and time for the last spans of one repetition before the next. */
const HISTORY_MS = 15_000;
const SETTLE_MS = 3_000;
const ROLLBACK_DEADLINE_MS = 120_000;
const CHECK_INTERVAL_MS = 60_000;

/** From the first failing request of a candidate that always fails to its share being 0 in every SDK. */
export const benchmark: Benchmark = { packages: ["@openfeature/server-sdk"], run };

type Repetition = {
  /** From the first failing request until every SDK has share 0, ms. */
  readonly tookMs: number;
  /** Of that, until the guard decided. */
  readonly decidedMs: number;
  readonly failedRequests: number;
  readonly failedUsers: number;
  /** Until the end of the minute, counted from the rollout's start, in which the first request failed. */
  readonly thresholdMs: number;
};

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const repetitions = isQuick ? REPETITIONS.quick : REPETITIONS.full;
  const server = await startServer({ env: { STEADFAST_LOG_LEVEL: "error" } });
  let shop: ShopProcess | undefined;
  let followers: Followers | undefined;
  try {
    for (const key of [FLAG, "fast-search"]) await createFlag(server.api, key, "shop");
    const { token } = await createToken(server.api, "client");
    followers = await startFollowers(server.url, token, FOLLOWERS);
    shop = await startShop(server.api, { requestsPerSecond: REQUESTS_PER_SECOND });
    await shop.setFault({ flag: FLAG, failureRate: 1 });
    await sleep(HISTORY_MS);
    const measured: Repetition[] = [];
    while (measured.length < repetitions) measured.push(await breakOnce(server.api, shop, followers));
    return findings(measured);
  } finally {
    await followers?.stop();
    await shop?.stop();
    await server.stop();
  }
}

async function breakOnce(api: Api, shop: ShopProcess, followers: Followers): Promise<Repetition> {
  const startedMs = Date.now();
  const { id } = await api.post<{ id: string }>("/api/v1/rollouts", {
    kind: "flag",
    environment: "production",
    flag: FLAG,
    candidate: "on",
    reason: "a benchmark: it always fails",
    despiteRollback: "the benchmark breaks it again",
    stages: [
      { share: SHARE, catches: { failureRate: 0.2 }, minSeconds: 3_600 },
      { share: 1, minSeconds: 0 },
    ],
  });
  const rollout = await untilState(api, id, "rolled-back", ROLLBACK_DEADLINE_MS);
  const { items } = await api.get<{ items: { seq: number; type: string; at: string }[] }>(
    `/api/v1/events?stream=${encodeURIComponent(`rollout/${rollout.id}`)}&limit=100&order=asc`,
  );
  const event = items.find(({ type }) => type === "rollout.rolled-back");
  if (event === undefined) throw new Error("a rollout that was rolled back has no such event");
  const appliedMs = await followers.appliedAt(event.seq);
  await sleep(SETTLE_MS);
  const failures = shop
    .seconds()
    .flatMap((second) => second.failures)
    .filter(({ atMs }) => atMs >= startedMs);
  const firstMs = Math.min(...failures.map(({ atMs }) => atMs));
  const lastMs = Math.max(...failures.map(({ atMs }) => atMs));
  const sinceStartMs = firstMs - startedMs;
  return {
    // The shop is an SDK too: the last failure that a user met may come after the followers have applied it.
    tookMs: Math.max(appliedMs, lastMs) - firstMs,
    decidedMs: Math.max(0, Date.parse(event.at) - firstMs),
    failedRequests: failures.length,
    failedUsers: new Set(failures.map(({ user }) => user)).size,
    thresholdMs: Math.ceil(sinceStartMs / CHECK_INTERVAL_MS) * CHECK_INTERVAL_MS - sinceStartMs,
  };
}

function findings(measured: readonly Repetition[]): Findings {
  const took = spreadOf(measured.map(({ tookMs }) => tookMs));
  const decided = spreadOf(measured.map(({ decidedMs }) => decidedMs));
  const publishing = spreadOf(measured.map(({ tookMs, decidedMs }) => tookMs - decidedMs));
  const threshold = spreadOf(measured.map(({ thresholdMs }) => thresholdMs));
  const requests = spreadOf(measured.map(({ failedRequests }) => failedRequests));
  const users = spreadOf(measured.map(({ failedUsers }) => failedUsers));
  const met = requests.mean / Math.max(1, took.mean);
  return {
    title: "Taking it back",
    method: [
      `A real server (SQLite), the example shop with the OpenTelemetry and OpenFeature SDKs under ${REQUESTS_PER_SECOND} requests/s of ${USERS} users, and ${FOLLOWERS} more providers, all on one machine; the default guard at a share of ${100 * SHARE} %.`,
      `Every checkout of the new version fails. Measured ${measured.length} times: from the first failing answer that a user got to the share being 0 in every SDK, or the last failing answer, whichever is later.`,
      "The shop exports its spans each second; OpenTelemetry's default is five.",
    ],
    targets: [
      {
        what: "from the first failing request to share 0 in every SDK, p95, beside a threshold looked at each minute (median)",
        limit: "faster",
        measured: `${seconds(took.p95)} s (p50 ${seconds(took.median)} s) beside ${seconds(threshold.median)} s`,
        isMet: took.p95 < threshold.median,
      },
    ],
    tables: [
      {
        title: `${measured.length} total breaks, seconds`,
        columns: ["", "shortest", "p50", "p95", "longest"],
        rows: [
          row("until share 0 in every SDK", took),
          row("of that, until the guard decided", decided),
          row("of that, until everybody had applied it", publishing),
          row("a threshold looked at each 60 s", threshold),
        ],
        note: `Failing requests that users met: median ${requests.median}, most ${requests.max}; users: median ${users.median}, most ${users.max} of ${sayNumber(USERS)}. At the same rate of failures a threshold looked at each minute lets about ${sayNumber(met * threshold.median)} requests fail.`,
      },
    ],
    charts: [
      {
        title: "A total break at 1 %: seconds from the first failing request until it is taken back (p50)",
        unit: "s",
        isLogarithmic: false,
        bars: [
          { name: "Steadfast, in every SDK", value: Number(seconds(took.median)), isOurs: true },
          { name: "a threshold each 60 s", value: Number(seconds(threshold.median)), isOurs: false },
        ],
      },
    ],
    notes: [
      "The threshold is computed on the same traffic: a rule that looks each minute, counted from the rollout's start, sees the first failing request at the end of its minute. Its time to apply anything is taken as zero.",
      "Between the first failure and the verdict lie the export of the spans (up to 1 s), the guard's second (up to 1 s), and as many more failing requests as the evidence needs, one in some 0.7 s here.",
    ],
  };
}

function row(name: string, { min, median, p95, max }: Spread): string[] {
  return [name, seconds(min), seconds(median), seconds(p95), seconds(max)];
}

const seconds = (ms: number) => (ms / 1_000).toFixed(2);
