import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { ArrivalOutbox } from "./arrival-outbox.ts";
import { type CountedArm, CountedArms, isFromBefore, pairOf, type WatchedPairs } from "./counted-arms.ts";
import { type DropReason, DropTally } from "./drop-tally.ts";
import type { FlagDirectory } from "./flag-directory.ts";
import { type FlagTraffic, readFlagTraffic, type TrafficQuestion } from "./flag-traffic.ts";
import { HISTORY_BUCKET_SECONDS, HISTORY_SECONDS, type TimedCounts } from "./history-ring.ts";
import type { Observation } from "./observation.ts";
import { findFault, type ObservationFault } from "./observation-fault.ts";
import { ServiceTally } from "./service-tally.ts";
import { SpanBatch } from "./span-batch.ts";
import {
  pruneTelemetry,
  readHistory,
  readOtherNodes,
  type TakenArrivals,
  takeArrivals,
  upsertHistory,
} from "./store.ts";
import { type ArmOnNode, summarise, type TelemetrySummary, toService } from "./summarise.ts";

type TelemetryDeps = {
  readonly database: Database;
  /** Unlike any other process on the same store. */
  readonly nodeId: string;
  readonly nowMs: () => number;
  readonly flags: FlagDirectory;
};

/** What was counted and what was not since the start, for `/metrics`. */
export type TelemetryTotals = {
  readonly evaluationsCounted: number;
  readonly observationsCounted: number;
  readonly armsCounted: number;
  readonly droppedByReason: ReadonlyMap<DropReason, number>;
};

export type Telemetry = {
  /** Counts the spans of one request. @param tokenEnvironment `null`: a token for every environment */
  openSpanBatch(tokenEnvironment: string | null): SpanBatch;
  /** Counts an observation, or says why not. Whether the sender may speak for its environment was checked before. */
  countObservation(observation: Observation): ObservationFault | undefined;
  /** Flags with a rollout that is judged: what arrives for them goes to the store, but for what is from before it. */
  setWatched(pairs: WatchedPairs): void;
  /**
   * Moves the counts into the store; to be called each second. While the store is away they stay here, merged.
   *
   * @throws {ProblemError} `storage-unavailable`; nothing is lost, nor written twice when it is called again
   */
  flush(nowMs: number): Promise<void>;
  /** What the nodes counted for an arm over the last minutes, for a rollout's history. */
  readHistory(
    trx: Kysely<Tables>,
    environment: string,
    flag: string,
    variant: string,
    source: TelemetrySource,
  ): Promise<TimedCounts>;
  /** What each source sent of these variants in the last hour, on all nodes. */
  readTraffic(db: Kysely<Tables>, question: TrafficQuestion): Promise<FlagTraffic[]>;
  /** When a service was last heard of on this node, in seconds; `null`: not in the last minutes. */
  serviceHeardSecondsAgo(environment: string, service: string): number | null;
  takeArrivals(trx: Transaction<Tables>, pairs: ReadonlySet<string>): Promise<TakenArrivals>;
  /** Deletes what nobody will read; to be called every few minutes, on any node. */
  prune(nowMs: number): Promise<void>;
  /** What arrives now, on all nodes; who sent spans and what was dropped, on this one. */
  summary(environment: string): Promise<TelemetrySummary>;
  totals(): TelemetryTotals;
};

export function createTelemetry({ database, nodeId, nowMs, flags }: TelemetryDeps): Telemetry {
  const arms = new CountedArms();
  const drops = new DropTally();
  const services = new ServiceTally();
  const outbox = new ArrivalOutbox(nodeId, nowMs());
  let watched: WatchedPairs = new Map();
  let flushing: Promise<void> | undefined;
  let evaluationsCounted = 0;
  let observationsCounted = 0;

  const onCounted = () => {
    evaluationsCounted += 1;
  };

  function countObservation(observation: Observation): ObservationFault | undefined {
    const now = nowMs();
    const { environment, flag, variant } = observation;
    const fault = findFault(observation, flags, now);
    const arm = fault ? undefined : arms.open({ environment, flag, variant, source: "observations" }, now);
    if (!arm) {
      const found = fault ?? { reason: "table-full" as const, example: `no room to count ${flag}` };
      drops.add(found.reason === "environment-unknown" ? "" : environment, found.reason, found.example, 1, now);
      return found;
    }
    if (isFromBefore(arm, observation.second * 1_000, now)) {
      const found = { reason: "before-rollout" as const, example: `${flag}: seconds from before its rollout started` };
      drops.add(environment, found.reason, found.example, 1, now);
      return found;
    }
    arm.now.addObservation(observation);
    arm.lastMs = now;
    observationsCounted += 1;
    return undefined;
  }

  async function flushOnce(now: number): Promise<void> {
    const turn = Math.floor(now / 1_000) % HISTORY_BUCKET_SECONDS;
    const due: CountedArm[] = [];
    for (const arm of arms.all()) {
      sealArm(arm, now);
      if (arm.isHistoryDue && arm.turn === turn) due.push(arm);
      else if (!arm.isHistoryDue && arm.history.isEmpty(now)) arms.forget(arm);
    }
    if (outbox.isEmpty() && due.length === 0) return;
    await outbox.flush(
      (run) =>
        database.transaction(async (trx) => {
          await run(trx);
          await upsertHistory(
            trx,
            nodeId,
            due.map((arm) => ({ ...arm, counts: arm.history.total(now), traffic: arm.traffic.stored() })),
            now,
          );
        }),
      now,
    );
    for (const arm of due) arm.isHistoryDue = false;
  }

  function sealHistory(arm: CountedArm, now: number): ArmCounts | undefined {
    const counts = arm.now.take();
    if (!counts) return undefined;
    arm.history.add(now, counts);
    arm.traffic.add(now, counts);
    arm.isHistoryDue = true;
    return counts;
  }

  function sealArm(arm: CountedArm, now: number): void {
    const counts = sealHistory(arm, now);
    if (!counts) return;
    const { environment, flag, variant, source } = arm;
    if (watched.has(pairOf(arm))) outbox.add({ environment, flag, variant, source, counts });
  }

  return {
    openSpanBatch: (tokenEnvironment) =>
      new SpanBatch({ arms, drops, flags, services, nowMs: nowMs(), onCounted, tokenEnvironment }),
    countObservation,
    setWatched: (pairs) => {
      const restarted = arms.watch(pairs);
      watched = pairs;
      outbox.keepOnly(pairs, restarted);
      for (const arm of restarted) sealHistory(arm, nowMs());
    },
    flush: (now) => {
      // A slow store must not be asked twice at a time: what arrives meanwhile goes with the next flush.
      flushing ??= flushOnce(now).finally(() => {
        flushing = undefined;
      });
      return flushing;
    },
    readHistory: (trx, environment, flag, variant, source) =>
      readHistory(trx, { environment, flag, variant, source }, nowMs()),
    readTraffic: (db, question) => readFlagTraffic(db, question, nowMs()),
    serviceHeardSecondsAgo: (environment, service) => {
      const now = nowMs();
      const heard = services.list(environment, now).find((each) => each.service === service);
      return heard ? toService(heard, now).lastSecondsAgo : null;
    },
    takeArrivals,
    prune: async (now) => {
      drops.prune(now);
      services.prune(now);
      await database.transaction((trx) => pruneTelemetry(trx, new Set(watched.keys()), now));
    },
    summary: async (environment) => {
      const now = nowMs();
      const others = await readOtherNodes(database.db, nodeId, environment, now - HISTORY_SECONDS * 1_000);
      const own: ArmOnNode[] = [];
      for (const arm of arms.all()) {
        if (arm.environment !== environment || arm.history.isEmpty(now)) continue;
        const { flag, variant, source, lastMs } = arm;
        own.push({ environment, flag, variant, source, lastMs, counts: arm.history.total(now) });
      }
      return {
        items: summarise([...own, ...others], now),
        services: services.list(environment, now).map((heard) => toService(heard, now)),
        dropped: drops.list(environment, now),
      };
    },
    totals: () => ({
      evaluationsCounted,
      observationsCounted,
      armsCounted: arms.size(),
      droppedByReason: drops.totals(),
    }),
  };
}
