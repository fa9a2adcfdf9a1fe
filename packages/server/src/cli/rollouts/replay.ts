import type { Decision, GuardTick } from "@steadfast/core/guard/decision";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import { CliError } from "../cli-error.ts";
import { type ApiClient, resultOf } from "../client.ts";
import type { DecisionRecord } from "../types.ts";
import { readDecisions } from "./decision-pages.ts";

/** What the guard judged: its plan and every tick. */
export type Recording = { readonly plan: GuardPlan; readonly ticks: readonly GuardTick[] };

export type ReplayResult = {
  readonly rollout: string;
  readonly ticks: number;
  readonly decisions: number;
  readonly identical: boolean;
  readonly difference: ReplayDifference | null;
};

export type ReplayDifference = {
  readonly tick: number;
  readonly field: string;
  readonly stored: string | number | null;
  readonly replayed: string | number | null;
};

/** A week of ticks, the longest a stage may last, and more. */
const TICKS_MAX = 1_000_000;
const TICKS_PER_PAGE = 1_000;

/**
 * Judges a rollout's stored counts again and compares what every stored decision decided, and on which numbers, bit for
 * bit. Not its sentence: a later version may say the same in better words.
 */
export async function replayRollout(api: ApiClient, id: string): Promise<ReplayResult> {
  // In this order: the rollout may still be judged, and every decision must find its tick.
  const decisions = await readDecisions(api, id);
  const recording = await readRecording(api, id);
  const difference = await firstDifference(recording, decisions);
  return {
    rollout: id,
    ticks: recording.ticks.length,
    decisions: decisions.length,
    identical: difference === null,
    difference,
  };
}

/** @returns `null` when every stored decision is what the ticks give. Cost: one judgement a tick. */
export async function firstDifference(
  { plan, ticks }: Recording,
  decisions: readonly DecisionRecord[],
): Promise<ReplayDifference | null> {
  const { judgeTick, startGuard } = await import("@steadfast/core/guard/judge");
  const storedByTick = Map.groupBy(decisions, (decision) => decision.tick);
  let state = startGuard(plan);
  for (const tick of ticks) {
    const judged = judgeTick(plan, state, tick);
    state = judged.state;
    for (const stored of storedByTick.get(tick.tick) ?? []) {
      const difference = compareDecisions(stored, judged.decision);
      if (difference !== undefined) return difference;
    }
    storedByTick.delete(tick.tick);
  }
  const orphan = [...storedByTick.keys()].sort((a, b) => a - b)[0];
  return orphan === undefined ? null : { tick: orphan, field: "tick", stored: orphan, replayed: null };
}

function compareDecisions(stored: DecisionRecord, replayed: Decision): ReplayDifference | undefined {
  const pairs: readonly (readonly [string, string | number | null, string | number | null])[] = [
    ["verdict", stored.verdict, replayed.verdict],
    ["cause", bareCause(stored.cause), bareCause(replayed.cause)],
    ["logEvidence", stored.logEvidence, replayed.logEvidence],
    ["evidence", stored.evidence, replayed.evidence],
    ["exposure", stored.gate.exposure, replayed.gate.exposure],
  ];
  for (const [field, before, after] of pairs) {
    if (!Object.is(before, after)) return { tick: stored.tick, field, stored: before, replayed: after };
  }
  return undefined;
}

/** The API names a signal without the guard's `signal:` in front. */
function bareCause(cause: string | null): string | null {
  return cause?.replace(/^signal:/, "") ?? null;
}

async function readRecording(api: ApiClient, id: string): Promise<Recording> {
  const ticks: GuardTick[] = [];
  let plan: GuardPlan | undefined;
  let after: number | null = null;
  do {
    const query: { limit: number; after?: number } = { limit: TICKS_PER_PAGE, ...(after === null ? {} : { after }) };
    const page: { plan: unknown; ticks: unknown[]; ticksKeptUntil: string | null; next: number | null } =
      await resultOf(api.GET("/api/v1/rollouts/{id}/record", { params: { path: { id }, query } }));
    if (isGuardPlan(page.plan)) plan ??= page.plan;
    if (page.ticksKeptUntil !== null && Date.parse(page.ticksKeptUntil) < Date.now())
      throw new CliError(`The record of ${id} cannot be replayed: its counts were kept until ${page.ticksKeptUntil}.`, {
        advice: [`What was decided stays: steadfast rollout show ${id}.`],
      });
    for (const tick of page.ticks) {
      if (!isGuardTick(tick)) throw notReplayable(id, `tick ${ticks.length + 1} is not one`);
      ticks.push(tick);
    }
    after = page.next;
  } while (after !== null && ticks.length < TICKS_MAX);
  if (plan === undefined) throw notReplayable(id, "it has no plan; has it started?");
  return { plan, ticks };
}

function notReplayable(id: string, why: string): CliError {
  return new CliError(`The record of ${id} cannot be replayed: ${why}.`, {
    advice: ["A queued rollout has nothing to replay; for any other, use a CLI as new as the server."],
  });
}

// What the guard wrote is read by the guard of the same version: the fields it starts from are checked, not every one.

function isGuardPlan(value: unknown): value is GuardPlan {
  return typeof value === "object" && value !== null && "alpha" in value && "signals" in value && "stages" in value;
}

function isGuardTick(value: unknown): value is GuardTick {
  return typeof value === "object" && value !== null && "tick" in value && "atMs" in value && "counts" in value;
}
