import { VARIANT_NAME_LENGTH_MAX } from "@steadfast/core/flags/limits";
import { NEED_REASONS } from "@steadfast/core/rollouts/needs-person";
import { z } from "zod";
import { actor, bounded, environmentKey, flagKey, json, page, reason, timestamp } from "../http/schemas.ts";

const STAGES_MAX = 20;
const SIGNALS_MAX = 8;

const ratio = z.number().min(0).max(1);

export const stageInput = z
  .strictObject({
    share: ratio.optional().describe("0..1 of those who would get the default"),
    audience: json.optional().describe("JSONLogic condition: who sees it before everybody, such as internal users"),
    catches: z
      .strictObject({ failureRate: ratio })
      .nullable()
      .optional()
      .describe("The rise of the failure rate, absolute, this stage promises to catch"),
    minSeconds: z.number().int().min(0).max(604_800).optional().describe("Floor of time"),
  })
  .meta({ id: "StageSpec" });

export const signalInput = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    kind: z.enum(["failure-rate", "latency", "event-count"]),
    source: z.enum(["spans", "observations"]).default("spans"),
    tolerance: z
      .strictObject({ ratio: z.number().min(1).max(100).optional(), add: ratio.optional() })
      .optional()
      .describe("failure-rate: rate may be ratio × baseline + add; others: ratio only"),
    count: z
      .enum(["requests", "users"])
      .optional()
      .describe("failure-rate only: users needs a source that reports them"),
    weight: z.number().gt(0).max(1).optional().describe("Part of α; the weights are normalised to sum to 1"),
  })
  .meta({ id: "SignalSpec" });

export const guardInput = z
  .strictObject({
    alpha: z.number().gt(0).max(0.05).optional().describe("Chance of a false rollback per rollout; default 0.001"),
    signals: bounded(SIGNALS_MAX, z.array(signalInput).min(1).max(SIGNALS_MAX)).optional(),
    silence: z
      .strictObject({
        freezeAfterSeconds: z.number().int().min(1).max(86_400).optional(),
        notifyAfterSeconds: z.number().int().min(1).max(86_400).optional(),
        rollBackAfterSeconds: z.number().int().min(1).max(86_400).optional(),
        isRolledBack: z.boolean().optional(),
      })
      .optional(),
    maxProjectedSeconds: z.number().int().min(1).max(604_800).optional(),
  })
  .meta({ id: "GuardSpec" });

export const startRolloutBody = z
  .strictObject({
    kind: z.literal("flag"),
    environment: environmentKey,
    flag: flagKey,
    candidate: z.string().min(1).max(VARIANT_NAME_LENGTH_MAX).describe("The variant to move people to"),
    reason,
    stages: bounded(STAGES_MAX, z.array(stageInput).min(1).max(STAGES_MAX)).optional(),
    guard: guardInput.optional(),
    onRegression: z.enum(["roll-back", "freeze"]).default("roll-back"),
    mode: z.enum(["act", "dry-run"]).default("act").describe("dry-run: judge and record, never act; a person moves it"),
    watchSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .optional()
      .describe("How long it stays watched after completion; default 1800"),
    salt: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,60}$/)
      .optional()
      .describe("Another salt picks other users; default: the candidate's name"),
    alongside: reason.optional().describe("Start although another rollout of the same service runs: why"),
    despiteRollback: reason.optional().describe("Start although this candidate was rolled back recently: why"),
  })
  .meta({ id: "StartRollout" });

export const actBody = z.strictObject({ reason }).meta({ id: "ActOnRollout" });

export const advanceBody = z
  .strictObject({
    reason: reason.optional().describe("Needed when the evidence is not there yet"),
    stage: z
      .number()
      .int()
      .min(1)
      .max(STAGES_MAX + 1)
      .optional()
      .describe("The stage you saw: refused when it has left that one"),
  })
  .meta({ id: "AdvanceRollout" });

export const stage = z
  .object({
    share: z.number(),
    audience: json.nullable(),
    catches: z.object({ failureRate: z.number() }).nullable(),
    minSeconds: z.number(),
  })
  .meta({ id: "Stage" });

const armReading = z
  .object({
    requests: z.number(),
    failures: z.number(),
    failureRate: z.number().nullable(),
    latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  })
  .meta({ id: "ArmReading" });

export const signalReading = z
  .object({
    name: z.string(),
    kind: z.enum(["failure-rate", "latency", "event-count"]),
    source: z.enum(["spans", "observations"]),
    weight: z.number(),
    logEvidence: z.number().describe("ln of the signal's evidence"),
    baseline: armReading,
    candidate: armReading,
    band: z.object({ low: z.number(), high: z.number() }).nullable().describe("Ratio of failure rates not ruled out"),
    designEffect: z.number(),
    smallestRegressionCaught: z.number().nullable(),
    silentSeconds: z.number().nullable(),
    cadenceSeconds: z.number(),
  })
  .meta({ id: "SignalReading" });

export const decision = z
  .object({
    verdict: z.enum(["advance", "wait", "hold", "freeze", "roll-back"]),
    cause: z.string().nullable().describe("A signal's name, or a word such as telemetry-missing, too-little-traffic"),
    sentence: z.string(),
    at: timestamp,
    tick: z.number().int(),
    stage: z.number().int().describe("1 for the first stage"),
    share: z.number(),
    evidence: z.number().describe("1/α means roll back"),
    logEvidence: z.number(),
    gate: z.object({
      exposure: z.number(),
      neededExposure: z.number().nullable(),
      signal: z
        .string()
        .nullable()
        .describe(
          "The signal that is furthest from its gate, whose figures these are; null: the stage promises nothing",
        ),
      floorSecondsLeft: z.number(),
      projectedSeconds: z.number().nullable(),
    }),
  })
  .meta({ id: "Decision" });

export const decisionRecord = decision
  .extend({
    seq: z.number().int(),
    acted: z.boolean().describe("false: dry-run, or nothing to do"),
    notified: z.boolean().describe("true: telemetry had been missing long enough to tell somebody"),
    signals: z.array(signalReading),
  })
  .meta({ id: "DecisionRecord" });

export const decisionPage = page(decisionRecord, "DecisionPage");

export const rolloutStateName = z
  .enum(["queued", "running", "paused", "completed", "rolled-back", "stopped"])
  .meta({ id: "RolloutStateName" });

export const rollout = z
  .object({
    id: z.string(),
    kind: z.literal("flag"),
    environment: z.string(),
    flag: z.string(),
    service: z.string(),
    baseline: z.string().nullable().describe("null until it starts"),
    candidate: z.string(),
    state: rolloutStateName,
    stage: z.number().int().describe("1 for the first stage, 0 before it starts"),
    share: z.number().describe("0..1, as published now"),
    stages: z.array(stage),
    guard: z.object({
      alpha: z.number(),
      signals: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(["failure-rate", "latency", "event-count"]),
          source: z.enum(["spans", "observations"]),
          weight: z.number(),
          tolerance: z.object({ ratio: z.number(), add: z.number().optional() }),
        }),
      ),
    }),
    onRegression: z.enum(["roll-back", "freeze"]),
    mode: z.enum(["act", "dry-run"]),
    reason: z.string(),
    startedBy: actor,
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    stageSince: timestamp.nullable(),
    endedAt: timestamp.nullable(),
    endReason: z.string().nullable().describe("The sentence or the person's words it ended with"),
    endedBy: actor.nullable(),
    watchedUntil: timestamp.nullable().describe("After completion: until when a gross break still takes it back"),
    waitsFor: z
      .object({ rolloutId: z.string(), flag: z.string(), why: z.string(), position: z.number().int() })
      .nullable()
      .describe("While queued"),
    judgingFault: z
      .object({ since: timestamp, message: z.string() })
      .nullable()
      .describe("The guard cannot judge it: why, and since when. It neither advances nor is taken back by itself"),
    needsPerson: z
      .object({ because: z.enum(NEED_REASONS), sentence: z.string() })
      .nullable()
      .describe(
        "Somebody should look: it does not go on, or is not taken back, by itself; `telemetry-missing` once the silence has lasted as long as the plan's `notifyAfterSeconds`. null: it goes on by itself",
      ),
    decision: decision.nullable(),
    signals: z.array(signalReading),
    shadow: z.object({ canaries: z.number(), falseAlarms: z.number(), maxLogEvidence: z.number() }).nullable(),
    salt: z.string(),
    bucketing: z.literal("fractional-v2"),
    version: z.number().int(),
  })
  .meta({ id: "Rollout" });

export const rolloutPage = page(rollout, "RolloutPage");

/** What the guard judged, for charts and for replay. `body` is opaque here; core/guard gives its shape. */
export const rolloutRecord = z
  .object({
    plan: json.nullable(),
    ticks: z.array(json),
    judged: z
      .array(z.object({ tick: z.number().int(), verdict: z.string(), logEvidence: z.number() }))
      .describe("What was concluded from each tick, in the same order"),
    ticksKeptUntil: timestamp
      .nullable()
      .describe("90 days after its end the ticks are deleted; the events of the rollout stay. null: it has not ended"),
    next: z.number().int().nullable(),
  })
  .meta({ id: "RolloutRecord" });
