import { VARIANT_NAME_LENGTH_MAX } from "@steadfast/core/flags/limits";
import { UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";
import { z } from "zod";
import { bounded, environmentKey, flagKey } from "../http/schemas.ts";

/** Buckets of one observation's latencies; OpenTelemetry's own default is 160. */
const BUCKETS_MAX = 2_000;

const count = z.number().int().min(0).max(1_000_000_000);

/** Pre-aggregated counts of one second, flag and variant. */
export const observation = z
  .object({
    environment: environmentKey,
    flag: flagKey,
    variant: z.string().min(1).max(VARIANT_NAME_LENGTH_MAX),
    second: z.number().int().min(0).max(253_402_300_799).describe("Unix time, seconds"),
    requests: count,
    failures: count,
    latencyMs: z
      .object({
        scale: z.number().int().min(-10).max(20),
        zeroCount: count.default(0),
        offset: z.number().int().min(-100_000_000).max(100_000_000),
        bucketCounts: bounded(BUCKETS_MAX, z.array(count).max(BUCKETS_MAX)),
      })
      .optional()
      .describe("OpenTelemetry exponential histogram of milliseconds"),
    unitGroups: bounded(
      UNIT_GROUP_COUNT,
      z
        .array(
          z.object({
            group: z
              .number()
              .int()
              .min(0)
              .max(UNIT_GROUP_COUNT - 1),
            requests: count,
            failures: count,
          }),
        )
        .max(UNIT_GROUP_COUNT),
    )
      .optional()
      .describe("By hash of the user into 20 groups"),
    units: z
      .object({ seen: count, failed: count, firstSeen: count })
      .optional()
      .describe("Users in the second; never who they are"),
  })
  .meta({ id: "Observation" });

export const OBSERVATIONS_PER_REQUEST_MAX = 10_000;

export const observationsBody = z
  .object({ observations: z.array(observation).max(OBSERVATIONS_PER_REQUEST_MAX) })
  .meta({ id: "Observations" });

export const observationsResult = z
  .object({
    accepted: z.number().int(),
    dropped: z
      .array(z.object({ reason: z.string(), count: z.number().int(), example: z.string() }))
      .describe("What was understood and not counted, and why"),
    rejected: z
      .array(z.object({ index: z.number().int(), message: z.string() }))
      .describe("Observations that are not well-formed, by their place in the request; the others were counted"),
  })
  .meta({ id: "ObservationsResult" });

/** What arrives now: by flag, variant and source, over the last minutes. */
export const telemetrySummary = z
  .object({
    items: z.array(
      z.object({
        flag: z.string(),
        variant: z.string(),
        source: z.enum(["spans", "observations"]),
        requestsPerSecond: z.number(),
        failureRate: z.number().nullable(),
        latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
        lastSecondsAgo: z.number(),
      }),
    ),
    services: z
      .array(
        z.object({
          service: z.string().describe("`service.name` of the spans; empty when they have none"),
          lastSecondsAgo: z.number(),
          lastFlagSecondsAgo: z
            .number()
            .nullable()
            .describe("Since a request named a flag and its variant; null: none has, so none can be counted"),
        }),
      )
      .describe("Who sent requests as spans to this node in the last 15 minutes"),
    dropped: z.array(z.object({ reason: z.string(), count: z.number().int(), example: z.string() })),
  })
  .meta({ id: "TelemetrySummary" });
