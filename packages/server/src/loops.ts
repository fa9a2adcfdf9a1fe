import type { Logger } from "pino";
import type { Database } from "./db/database.ts";
import type { Leases } from "./jobs/leases.ts";
import { startTicker, tickerClock } from "./jobs/ticker.ts";
import type { StoredEvent } from "./journal/event.ts";
import type { Journal } from "./journal/journal.ts";
import type { ServerMetrics } from "./operations/server-metrics.ts";
import { createTickWatch, type TickReport } from "./operations/tick-watch.ts";
import { type Judge, pairOf } from "./rollouts/judge.ts";
import type { LiveRollouts } from "./rollouts/live.ts";
import { isJudged, listActive } from "./rollouts/read.ts";
import { startQueued } from "./rollouts/start.ts";
import { pruneTicks } from "./rollouts/tick-retention.ts";
import type { RolloutDeps } from "./rollouts/write.ts";
import { pruneInstances } from "./snapshots/instances.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

export type LoopDeps = {
  readonly database: Database;
  readonly journal: Journal;
  readonly telemetry: Telemetry;
  readonly judge: Judge;
  readonly live: LiveRollouts;
  readonly rollouts: RolloutDeps;
  readonly leases: Leases;
  readonly metrics: ServerMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** The time that a rollout's stages are measured by: the nodes' common one, for any of them may judge the next second. */
  readonly judgeNowMs: () => Promise<number>;
};

export type Loops = {
  /** Rollouts this node held in the last second. */
  held(): number;
  /** How the guard's second goes on this node. */
  tick(): TickReport;
  stop(): Promise<void>;
};

const JUDGE_INTERVAL_MS = 1_000;
const HOUSEKEEPING_INTERVAL_MS = 60_000;

/** Four times in a lease's three seconds; no divisor of the guard's second, so that both seldom come at one moment. */
const RENEW_INTERVAL_MS = 750;

/** A guard that has done nothing for so long gives its rollouts up: another node may be able to judge them. */
const STANDSTILL_MS = 10_000;

/** A tick that begins later than this is counted: verdicts are promised within seconds. */
const LATE_MS = 1_000;

/** Everything this node does because time passes. */
export async function startLoops(deps: LoopDeps): Promise<Loops> {
  const { journal, telemetry, judge, live, rollouts, metrics, log } = deps;
  let held = 0;
  const watch = createTickWatch(() => performance.now());

  const judgeOnce = async (atMs: number): Promise<void> => {
    const startedAtMs = performance.now();
    const watched = (await listActive(deps.database.db)).filter(isJudged);
    telemetry.setWatched(new Map(watched.map((rollout) => [pairOf(rollout), rollout.startedAtMs])));
    await attempt(log, "this second's counts were not stored; they are kept and written again", () =>
      telemetry.flush(atMs).catch((error: unknown) => {
        metrics.flushFailures.add(1, {});
        throw error;
      }),
    );
    const { judged } = await judge.tick(await deps.judgeNowMs());
    held = judged;
    if (judged > 0) metrics.judgeSeconds.observe((performance.now() - startedAtMs) / 1_000 / judged, {});
    if (await holds(deps.leases, "queue")) await startQueued({ ...rollouts, log });
    await live.publish();
  };
  const seconds = startTicker({
    intervalMs: JUDGE_INTERVAL_MS,
    clock: tickerClock(deps.nowMs),
    run: (atMs) =>
      attempt(log, "the guard's second failed; the next one tries again", () => watch.time(() => judgeOnce(atMs))),
    onLate: (lateMs) => {
      if (lateMs <= LATE_MS) return;
      metrics.ticksLate.add(1, {});
      watch.countLate();
    },
  });
  const renewing = startTicker({
    intervalMs: RENEW_INTERVAL_MS,
    clock: tickerClock(deps.nowMs),
    run: async () => {
      if ((watch.report().sinceMs ?? 0) > STANDSTILL_MS) return;
      await attempt(log, "leases were not renewed; it is tried again within the second", deps.leases.renew);
    },
  });
  const minutes = startTicker({
    intervalMs: HOUSEKEEPING_INTERVAL_MS,
    clock: tickerClock(deps.nowMs),
    run: (atMs) =>
      attempt(log, "housekeeping failed; the next minute tries again", async () => {
        await telemetry.prune(atMs);
        await pruneInstances(deps.database, atMs);
        await deps.leases.prune();
        await pruneTicks(deps.database, atMs);
      }),
  });
  const stopFollowing = await followRollouts(journal, live, metrics);

  return {
    held: () => held,
    tick: watch.report,
    stop: async () => {
      stopFollowing();
      await Promise.all([seconds.stop(), renewing.stop(), minutes.stop()]);
      await attempt(log, "leases were not given back; another node waits for their end", deps.leases.releaseAll);
    },
  };
}

/** People see a decision when it is made, not at the next second. */
async function followRollouts(journal: Journal, live: LiveRollouts, metrics: ServerMetrics): Promise<() => void> {
  let countedSeq = await journal.headSeq();
  const onEvents = async (events: readonly StoredEvent[], upToSeq: number) => {
    if (events.length > 0) await live.publish();
    metrics.journalEvents.add(upToSeq - countedSeq, {});
    countedSeq = upToSeq;
  };
  return journal.tail(countedSeq, onEvents, ["rollout."]);
}

async function holds(leases: Leases, name: string): Promise<boolean> {
  return (await leases.claim([name])).length === 1;
}

/** A store that is away must not end the loop; what was counted waits for it. */
async function attempt(log: Logger, message: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    log.error({ err: error }, message);
  }
}
