import { z } from "zod";
import { json, reason } from "../http/schemas.ts";
import { stage, startRolloutBody } from "./schemas.ts";

export const previewBody = startRolloutBody.extend({ reason: reason.optional() }).meta({ id: "PreviewRollout" });

const source = z.enum(["spans", "observations"]);
const latencyMs = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();

const signalForecast = z.object({
  name: z.string(),
  needed: z
    .number()
    .nullable()
    .describe("Requests of both arms (users, where it counts users); null: what is usual is not known yet"),
  perSecond: z.number().describe("What arrives for it now, of both arms"),
  seconds: z.number().nullable().describe("Until its gate is met; null: cannot be told"),
});

const stageForecast = stage
  .extend({
    signals: z.array(signalForecast).describe("Empty where the stage promises nothing"),
    slowest: z.string().nullable().describe("The signal that takes longest, or of which nothing can be told"),
    seconds: z.number().nullable().describe("The larger of the floor and the slowest gate; null: cannot be told"),
    why: z.string().nullable().describe("Why `seconds` cannot be told"),
    help: z.string().nullable().describe("What would help where the guard would hold for want of traffic"),
  })
  .meta({ id: "StageForecast" });

const flagTraffic = z
  .object({
    source,
    requestsPerSecond: z.number().describe("Baseline and candidate together"),
    latenciesPerSecond: z.number(),
    usersPerSecond: z.number(),
    failureRate: z.number().nullable(),
    latencyMs: latencyMs.describe("Over the last five minutes"),
    seconds: z.number().describe("How long it was watched: at most the last hour"),
    lastSecondsAgo: z.number().nullable(),
  })
  .meta({ id: "FlagTraffic" });

const foundSignal = z
  .object({
    name: z.string(),
    kind: z.enum(["failure-rate", "latency"]),
    source,
    count: z.enum(["requests", "users"]).nullable().describe("null: a latency"),
    perSecond: z.number(),
    failureRate: z.number().nullable(),
    latencyMs,
    lastSecondsAgo: z.number().nullable(),
  })
  .meta({ id: "FoundSignal" });

export const rolloutPreview = z
  .object({
    environment: z.string(),
    flag: z.string(),
    service: z.string(),
    baseline: z.string().nullable(),
    candidate: z.string(),
    refusals: z
      .array(
        z.object({
          code: z.string().describe("The code with which the start would be refused"),
          sentence: z.string(),
          path: z.string().nullable().describe("JSON pointer into the body"),
        }),
      )
      .describe("Empty: it would be accepted. The first is the one that the start would give"),
    warnings: z.array(
      z.object({
        code: z.enum([
          "queued",
          "telemetry-missing",
          "telemetry-old",
          "signal-missing",
          "too-little-traffic",
          "own-targeting",
        ]),
        sentence: z.string(),
        stage: z.number().int().nullable().describe("1 for the first stage; null: of the whole rollout"),
      }),
    ),
    waitsFor: z
      .object({ rolloutId: z.string(), flag: z.string(), why: z.string(), position: z.number().int() })
      .nullable(),
    plan: z
      .object({
        stages: z.array(stageForecast),
        totalSeconds: z.number().nullable().describe("If nothing goes wrong; null: cannot be told"),
        alpha: z.number(),
        signals: z.array(
          z.object({
            name: z.string(),
            kind: z.enum(["failure-rate", "latency", "event-count"]),
            source,
            count: z.enum(["requests", "users"]).nullable(),
            weight: z.number(),
            tolerance: z.object({ ratio: z.number(), add: z.number().optional() }),
          }),
        ),
        maxProjectedSeconds: z.number(),
        onRegression: z.enum(["roll-back", "freeze"]),
        mode: z.enum(["act", "dry-run"]),
        watchSeconds: z.number(),
        salt: z.string(),
        targeting: json.nullable().describe("The flag's rule as the first stage would publish it"),
      })
      .nullable()
      .describe("With every default filled in; null when the rollout is not well-formed"),
    traffic: z.array(flagTraffic).describe("What arrives of both arms, by source"),
    found: z.array(foundSignal).describe("Signals that could be judged by what arrives"),
  })
  .meta({ id: "RolloutPreview" });
