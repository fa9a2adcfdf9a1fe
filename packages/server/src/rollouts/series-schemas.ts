import { z } from "zod";
import { timestamp } from "../http/schemas.ts";

export const SERIES_POINTS_MAX = 1_000;
const SERIES_POINTS_DEFAULT = 600;
const TICKS_MAX = 100_000_000;

const tickNumber = z.coerce.number().int().min(0).max(TICKS_MAX);
const figures = z.array(z.number());
const figuresOrNull = z.array(z.number().nullable());

export const seriesQuery = z.object({
  from: timestamp.optional().describe("Not before this moment; default: the start"),
  to: timestamp.optional().describe("Not after this moment; default: the newest tick"),
  last: z.coerce.number().int().min(1).max(TICKS_MAX).optional().describe("Only the last so many judged seconds"),
  points: z.coerce.number().int().min(10).max(SERIES_POINTS_MAX).default(SERIES_POINTS_DEFAULT).describe("At most"),
  after: tickNumber
    .optional()
    .describe("With `step`: only the points that a tick after this one has changed, the open one among them"),
  step: tickNumber.optional().describe("`stepSeconds` of the answer that `after` goes on from"),
});

/** In columns: a thousand points are a third of the size, and what a chart draws. All columns have the same length. */
export const rolloutSeries = z
  .object({
    stepSeconds: z.number().int().describe("Judged seconds in a point"),
    isWhole: z
      .boolean()
      .describe("false: these points come after those that are known; one with the same `fromTick` is replaced"),
    ticksKeptUntil: timestamp.nullable().describe("90 days after its end there are no points any more"),
    points: z.object({
      fromTick: figures.describe("First tick of each point: its name"),
      tick: figures.describe("Last tick so far"),
      at: z.array(timestamp).describe("When that tick was judged"),
      seconds: figures.describe("Judged seconds that were counted: fewer than `stepSeconds` in a long range"),
      stage: figures.describe("1 for the first stage"),
      share: figures,
      logEvidence: figures.describe("ln of the evidence in all, the strongest within the point; 1/α rolls back"),
      exposure: figuresOrNull.describe("Requests of both arms in the stage, of the signal furthest from its gate"),
      neededExposure: figuresOrNull,
      smallestRegressionCaught: figuresOrNull.describe(
        "Rise of the failure rate, absolute, caught by the exposure so far",
      ),
    }),
    signals: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["failure-rate", "latency", "event-count"]),
        source: z.enum(["spans", "observations"]),
        weight: z.number(),
        logEvidence: figuresOrNull.describe(
          "ln of the signal's evidence at that moment; null: from before it was stored",
        ),
        bandLow: figuresOrNull.describe("Smallest ratio of the failure rates not ruled out"),
        bandHigh: figuresOrNull,
      }),
    ),
    arms: z.array(
      z.object({
        source: z.enum(["spans", "observations"]),
        arm: z.enum(["baseline", "candidate"]),
        requests: figures,
        failures: figures,
        p50: figuresOrNull.describe("Milliseconds, over 30 s or the point if that is longer; null: too few"),
        p95: figuresOrNull,
        p99: figuresOrNull,
      }),
    ),
  })
  .meta({ id: "RolloutSeries" });
