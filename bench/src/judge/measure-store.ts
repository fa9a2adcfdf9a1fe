import type { Database } from "../../../packages/server/src/db/database.ts";
import { postgresClock } from "../../../packages/server/src/db/shared-clock.ts";
import { createLeases, soleHolder } from "../../../packages/server/src/jobs/leases.ts";
import { createLogger } from "../../../packages/server/src/logging.ts";
import { pairOf } from "../../../packages/server/src/rollouts/judge.ts";
import { isJudged, listActive } from "../../../packages/server/src/rollouts/read.ts";
import { createTelemetry } from "../../../packages/server/src/telemetry/telemetry.ts";
import { cpuMsSince } from "../report/cpu-time.ts";
import { ENVIRONMENT, flagKey, prepareRollouts } from "./prepare-rollouts.ts";

export type StoreTimes = { readonly cpuMs: readonly number[]; readonly wallMs: readonly number[] };

const WARM_UP_SECONDS = 3;
const LEASE_TTL_MS = 3_000;
const SPANS_PER_ARM = 50;
const VARIANTS = ["on", "off"] as const;

/** What a node does each second for its rollouts, as its loop does it: counts stored, arrivals taken, judged, stored. */
export async function measureStore(database: Database, rollouts: number, seconds: number): Promise<StoreTimes> {
  const variants = new Set<string>(VARIANTS);
  const telemetry = createTelemetry({
    database,
    nodeId: "bench",
    nowMs: Date.now,
    flags: { environments: () => new Set([ENVIRONMENT]), find: () => ({ service: "", variants }) },
  });
  const leases =
    database.kind === "sqlite"
      ? soleHolder()
      : createLeases({ database, holder: "bench", ttlMs: LEASE_TTL_MS, clock: postgresClock });
  const { journal, judge } = await prepareRollouts(database, rollouts, "token-of-the-benchmark", {
    log: createLogger({ level: "silent", format: "json" }),
    claim: (ids) => leases.claim(ids),
    stillHeld: (trx, ids) => leases.stillHeld(trx, ids),
    takeArrivals: (trx, pairs) => telemetry.takeArrivals(trx, new Set(pairs)),
    discardArrivals: async () => {},
    readHistory: async () => ({ requests: 100_000, failures: 200 }),
  });
  const times: { readonly cpuMs: number[]; readonly wallMs: number[] } = { cpuMs: [], wallMs: [] };
  for (let second = 0; second < WARM_UP_SECONDS + seconds; second += 1) {
    const nowMs = Date.now();
    const batch = telemetry.openSpanBatch(ENVIRONMENT);
    batch.resource(undefined, ENVIRONMENT);
    for (let index = 0; index < rollouts; index += 1) countSpans(batch, flagKey(index), second);
    const [cpuBefore, startedMs] = [process.cpuUsage(), performance.now()];
    const watched = (await listActive(database.db)).filter(isJudged);
    telemetry.setWatched(new Map(watched.map((rollout) => [pairOf(rollout), rollout.startedAtMs])));
    await telemetry.flush(nowMs);
    const { judged } = await judge.tick(nowMs);
    if (judged !== rollouts) throw new Error(`${judged} of ${rollouts} rollouts were judged`);
    if (second < WARM_UP_SECONDS) continue;
    times.cpuMs.push(cpuMsSince(cpuBefore));
    times.wallMs.push(performance.now() - startedMs);
  }
  await journal.close();
  return times;
}

type Batch = ReturnType<ReturnType<typeof createTelemetry>["openSpanBatch"]>;

function countSpans(batch: Batch, flag: string, second: number): void {
  for (let span = 0; span < SPANS_PER_ARM; span += 1) {
    const variant = span % 10 === 0 ? "on" : "off";
    const isFailed = (span + second) % 997 === 0;
    batch.evaluation(flag, variant, isFailed, 5 + ((span * 7 + second) % 90), span % 20, Number.NaN);
  }
}
