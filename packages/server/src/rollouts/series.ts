import { setImmediate as breathe } from "node:timers/promises";
import type { GuardTick } from "@steadfast/core/guard/decision";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import { type Kysely, sql } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { LATENCY_WINDOW_TICKS, type SeriesColumns, SeriesPoints } from "./series-points.ts";
import { readReading } from "./tick-reading.ts";

export type SeriesRange = {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly lastTicks: number | undefined;
  readonly pointsMax: number;
  /** What the reader has already. */
  readonly known: { readonly afterTick: number; readonly stepTicks: number } | undefined;
};

/** What an answer rests on: two answers with the same span are the same. */
export type SeriesSpan = {
  readonly firstTick: number;
  readonly lastTick: number;
  readonly stepTicks: number;
  readonly isWhole: boolean;
};

/** Points begin where a person would begin them: at whole minutes, quarters, hours of judged time. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400] as const;

/**
 * Ticks read for one answer. At some 35 µs each (1 kB of JSON, and its percentiles) that is 0.4 s, in pieces. A longer range is sampled: of
 * each point the newest ticks are read, whose evidence and band are exact and whose rates are those of that part.
 */
const TICKS_READ_MAX = 12_000;

/** Between two pieces others have their turn: 100 ticks hold the thread for some 4 ms. */
const TICKS_PER_PIECE = 100;

type Reader = Kysely<Tables>;

/** Which ticks an answer is made of. Costs a few look-ups by key. @returns `null` when there is no tick in the range */
export async function findSpan(db: Reader, rolloutId: string, range: SeriesRange): Promise<SeriesSpan | null> {
  const oldest = await edgeTick(db, rolloutId, "asc");
  const newest = await edgeTick(db, rolloutId, "desc");
  if (oldest === undefined || newest === undefined) return null;
  const lastTick = range.toMs === undefined ? newest : await lastTickUntil(db, rolloutId, oldest, newest, range.toMs);
  const fromTime =
    range.fromMs === undefined ? oldest : (await lastTickUntil(db, rolloutId, oldest, newest, range.fromMs - 1)) + 1;
  const firstTick = Math.max(fromTime, range.lastTicks === undefined ? 1 : lastTick - range.lastTicks + 1);
  if (firstTick > lastTick) return null;

  const stepTicks = stepFor(firstTick, lastTick, range.pointsMax);
  const { known } = range;
  if (known === undefined || known.stepTicks !== stepTicks || known.afterTick < firstTick)
    return { firstTick, lastTick, stepTicks, isWhole: true };
  const changed = Math.floor(known.afterTick / stepTicks) * stepTicks + 1;
  return { firstTick: Math.max(firstTick, changed), lastTick, stepTicks, isWhole: false };
}

/** Reads and folds a span, in pieces that leave the thread to others. */
export async function readSeries(db: Reader, state: RolloutState, span: SeriesSpan): Promise<SeriesColumns> {
  const { firstTick, lastTick, stepTicks } = span;
  const points = new SeriesPoints(state.plan?.signals ?? [], stepTicks, firstTick);
  const warmUp = stepTicks < LATENCY_WINDOW_TICKS ? LATENCY_WINDOW_TICKS - 1 : 0;
  const perPoint = ticksPerPoint(span);
  let next = Math.max(1, firstTick - warmUp);
  while (next <= lastTick) {
    const end = Math.min(lastTick, next + piece(stepTicks, perPoint) - 1);
    for (const row of await readPiece(db, state.id, next, end, { stepTicks, perPoint, lastTick })) {
      points.add({
        tick: readStoredJson<GuardTick>(row.body),
        logEvidence: row.log_evidence,
        reading: readReading(row.reading),
      });
    }
    next = end + 1;
    if (next <= lastTick) await breathe();
  }
  return points.finish();
}

/** The smallest step by which the range has no more points than asked for. */
function stepFor(firstTick: number, lastTick: number, pointsMax: number): number {
  const pointsBy = (step: number) => Math.floor((lastTick - 1) / step) - Math.floor((firstTick - 1) / step) + 1;
  const step = STEPS.find((each) => pointsBy(each) <= pointsMax);
  return step ?? Math.ceil((lastTick - firstTick + 1) / (pointsMax - 1));
}

function ticksPerPoint({ firstTick, lastTick, stepTicks }: SeriesSpan): number {
  const count = Math.ceil((lastTick - firstTick + 1) / stepTicks);
  return Math.min(stepTicks, Math.max(1, Math.floor(TICKS_READ_MAX / count)));
}

/** How many ticks a piece spans, so that about `TICKS_PER_PIECE` of them are read. */
function piece(stepTicks: number, perPoint: number): number {
  return Math.max(1, Math.floor((TICKS_PER_PIECE * stepTicks) / perPoint));
}

type Sampling = { readonly stepTicks: number; readonly perPoint: number; readonly lastTick: number };

async function readPiece(db: Reader, rolloutId: string, first: number, end: number, sampling: Sampling) {
  const { stepTicks, perPoint, lastTick } = sampling;
  const isSampled = perPoint < stepTicks;
  return db
    .selectFrom("rollout_tick")
    .select(["body", "log_evidence", "reading"])
    .where("rollout_id", "=", rolloutId)
    .where("tick", ">=", first)
    .where("tick", "<=", end)
    .$if(isSampled, (select) =>
      select.where((where) =>
        where.or([
          // The newest of each point, and of the open one.
          sql<boolean>`(tick - 1) % ${sql.lit(stepTicks)} >= ${sql.lit(stepTicks - perPoint)}`,
          where("tick", ">", lastTick - perPoint),
        ]),
      ),
    )
    .orderBy("tick")
    .execute();
}

async function edgeTick(db: Reader, rolloutId: string, order: "asc" | "desc"): Promise<number | undefined> {
  const row = await db
    .selectFrom("rollout_tick")
    .select("tick")
    .where("rollout_id", "=", rolloutId)
    .orderBy("tick", order)
    .limit(1)
    .executeTakeFirst();
  return row?.tick;
}

/** The last tick judged until a moment, by halving: times grow with the ticks. @returns `oldest − 1` when all are later */
async function lastTickUntil(
  db: Reader,
  rolloutId: string,
  oldest: number,
  newest: number,
  untilMs: number,
): Promise<number> {
  let low = oldest - 1;
  let high = newest;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const row = await db
      .selectFrom("rollout_tick")
      .select("body")
      .where("rollout_id", "=", rolloutId)
      .where("tick", "=", middle)
      .executeTakeFirst();
    if (row && readStoredJson<GuardTick>(row.body).atMs <= untilMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
