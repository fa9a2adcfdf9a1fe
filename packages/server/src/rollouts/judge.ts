import { type ArmCounts, NO_COUNTS, type TelemetrySource, type TickCounts } from "@steadfast/core/guard/counts";
import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import { judgeTick } from "@steadfast/core/guard/judge";
import { actOnDecision, endWatch, type RolloutOutcome } from "@steadfast/core/rollouts/decide";
import { type NeedReason, personNeeded } from "@steadfast/core/rollouts/needs-person";
import { isWatched, type RolloutState } from "@steadfast/core/rollouts/state";
import type { FastifyBaseLogger } from "fastify";
import type { Transaction } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import { isStoreProblem } from "../http/problem.ts";
import type { AppendInTransaction } from "../journal/journal.ts";
import { type GuardMemory, type JudgedTick, loadGuard, storeTicks } from "./guard-memory.ts";
import { clearFaults, noteFault } from "./judging-faults.ts";
import { isJudged, listActive, readRollouts } from "./read.ts";
import { applyOutcome, type RolloutDeps } from "./write.ts";

/** What arrived for flags, by `environment/flag`, source and variant. */
export type Arrivals = ReadonlyMap<string, ReadonlyMap<TelemetrySource, ReadonlyMap<string, ArmCounts>>>;

export type JudgeDeps = RolloutDeps & {
  readonly log: FastifyBaseLogger;
  /** Which of these rollouts this node holds; at most one node holds each. */
  readonly claim: (rolloutIds: readonly string[]) => Promise<readonly string[]>;
  /** Which of them it holds still, in the transaction that judges: this node may have stood still since it claimed them. */
  readonly stillHeld: (trx: Transaction<Tables>, rolloutIds: readonly string[]) => Promise<readonly string[]>;
  /** Takes the counts that arrived and were not judged yet, in the transaction that stores the judgement. */
  readonly takeArrivals: (trx: Transaction<Tables>, pairs: readonly string[]) => Promise<Arrivals>;
};

export type Judge = {
  /** The last decision this node made; `undefined`: another node holds the rollout, or nobody does. */
  latest(rolloutId: string): Decision | undefined;
  /** Why a person is asked for: one for each rollout that this node holds and that needs one. */
  needs(): readonly NeedReason[];
  /** Judges every rollout this node holds once. */
  tick(nowMs: number): Promise<{ readonly judged: number }>;
};

/** Rollouts judged in one transaction: keeps it short enough that a person's write never waits long. */
const ROLLOUTS_PER_TRANSACTION = 200;

const GUARD = { kind: "system", id: "guard", name: "the guard" } as const;

/** The once-a-second loop: counts in, verdicts out, everything in the journal and the store before it is believed. */
export function createJudge(deps: JudgeDeps): Judge {
  const memories = new Map<string, GuardMemory>();
  /** Held rollouts that are known to be judged: whatever was noted of them is gone. */
  const clean = new Set<string>();
  /** Held rollouts that ask for a person. */
  const needs = new Map<string, NeedReason>();

  const judgeInOneTransaction = async (ids: readonly string[], nowMs: number): Promise<void> => {
    const { held, ticks: judged } = await deps.journal.transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const held = await deps.stillHeld(trx, ids);
      const states = (await readRollouts(trx, held)).filter(isWatched);
      const arrivals = await deps.takeArrivals(trx, [...new Set(states.map(pairOf))]);
      const ticks: JudgedTick[] = [];
      for (const state of states) {
        const tick = await judgeOne(deps, trx, append, memories, state, arrivals, nowMs);
        if (tick) ticks.push(tick);
      }
      await storeTicks(trx, ticks, deps.database.kind === "postgres");
      return { held: new Set(held), ticks };
    });
    // Another node may have judged what was lost meanwhile.
    for (const id of ids) if (!held.has(id)) memories.delete(id);
    for (const { rolloutId, memory, need } of judged) {
      memories.set(rolloutId, memory);
      if (need === null) needs.delete(rolloutId);
      else needs.set(rolloutId, need.because);
    }
    const mended = judged.map(({ rolloutId }) => rolloutId).filter((id) => !clean.has(id));
    await clearFaults(deps.database, mended);
    for (const id of mended) clean.add(id);
  };

  const tellFault = async (id: string, error: unknown, nowMs: number): Promise<void> => {
    deps.log.error({ err: error, rollout: id }, "a rollout could not be judged; the next second tries again");
    clean.delete(id);
    needs.set(id, "cannot-be-judged");
    await noteFault(deps.database, id, error, nowMs);
  };

  /** One rollout that cannot be judged does not keep the others from it: the batch is halved until it stands alone. */
  const judgeBatch = async (ids: readonly string[], nowMs: number): Promise<void> => {
    try {
      await judgeInOneTransaction(ids, nowMs);
    } catch (error) {
      if (isStoreProblem(error)) {
        // Whether it was committed is not known: what the store has is the truth.
        for (const id of ids) memories.delete(id);
        throw error;
      }
      if (ids.length > 1) {
        const middle = Math.ceil(ids.length / 2);
        await judgeBatch(ids.slice(0, middle), nowMs);
        await judgeBatch(ids.slice(middle), nowMs);
        return;
      }
      // Another node judged it while this one stood still: the store knows how far it is.
      const isRemembered = ids.map((id) => memories.delete(id)).includes(true);
      if (isRemembered) return judgeBatch(ids, nowMs);
      for (const id of ids) await tellFault(id, error, nowMs);
    }
  };

  return {
    needs: () => [...needs.values()],
    latest: (rolloutId) => memories.get(rolloutId)?.decision ?? undefined,
    tick: async (nowMs) => {
      const active = (await listActive(deps.database.db)).filter(isJudged).map((rollout) => rollout.id);
      const held = await deps.claim(active);
      const isHeld = new Set(held);
      for (const id of memories.keys()) if (!isHeld.has(id)) memories.delete(id);
      for (const known of [clean, needs]) for (const id of known.keys()) if (!isHeld.has(id)) known.delete(id);
      for (let start = 0; start < held.length; start += ROLLOUTS_PER_TRANSACTION)
        await judgeBatch(held.slice(start, start + ROLLOUTS_PER_TRANSACTION), nowMs);
      return { judged: held.length };
    },
  };
}

async function judgeOne(
  deps: JudgeDeps,
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  memories: ReadonlyMap<string, GuardMemory>,
  state: RolloutState,
  arrivals: Arrivals,
  nowMs: number,
): Promise<JudgedTick | undefined> {
  if (state.watchedUntilMs !== null && nowMs >= state.watchedUntilMs) {
    const sentence = "Watched after completion without a gross break.";
    await applyOutcome(deps, trx, append, state, endWatch(state, sentence), { actor: GUARD, reason: sentence });
    return undefined;
  }
  if (state.plan === null) return undefined;

  const before = memories.get(state.id) ?? (await loadGuard(trx, state.id, state.plan));
  const tick = toTick(state, before.state.tick + 1, arrivals, nowMs);
  const memory = judgeTick(state.plan, before.state, tick);
  const outcome: RolloutOutcome = actOnDecision(state, memory.decision, nowMs);
  await applyOutcome(deps, trx, append, state, outcome, { actor: GUARD, reason: memory.decision.sentence });
  if (outcome.events.length > 0) logOutcome(deps.log, state, memory.decision, outcome);
  const need = personNeeded(state, memory.decision, null);
  return { rolloutId: state.id, tick, memory, isTurningPoint: outcome.events.length > 0, need };
}

function toTick(state: RolloutState, tick: number, arrivals: Arrivals, nowMs: number): GuardTick {
  return {
    tick,
    atMs: nowMs,
    stage: state.stage,
    stageSinceMs: state.stageSinceMs ?? nowMs,
    share: state.share,
    isPaused: state.state === "paused",
    counts: toTickCounts(state, arrivals.get(pairOf(state))),
  };
}

function toTickCounts(
  state: RolloutState,
  bySource: ReadonlyMap<TelemetrySource, ReadonlyMap<string, ArmCounts>> | undefined,
): TickCounts {
  const entries = [...(bySource ?? [])].map(([source, byVariant]) => [
    source,
    {
      baseline: byVariant.get(state.baseline ?? "") ?? NO_COUNTS,
      candidate: byVariant.get(state.candidate) ?? NO_COUNTS,
    },
  ]);
  return Object.fromEntries(entries);
}

function logOutcome(log: FastifyBaseLogger, state: RolloutState, decision: Decision, outcome: RolloutOutcome): void {
  const fields = {
    rollout: state.id,
    environment: state.environment,
    flag: state.flag,
    verdict: decision.verdict,
    cause: decision.cause,
    evidence: decision.evidence,
    events: outcome.events.map((event) => event.type),
  };
  const isUrgent = decision.verdict === "roll-back" || decision.isNotified;
  if (isUrgent) log.warn(fields, decision.sentence);
  else log.info(fields, decision.sentence);
}

/** How telemetry names a flag in an environment. */
export function pairOf(rollout: Pick<RolloutState, "environment" | "flag">): string {
  return `${rollout.environment}/${rollout.flag}`;
}
