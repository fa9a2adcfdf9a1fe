import { z } from "zod";

/** What a report lists, as the API tells it: deployments, changes, failures. Durations are milliseconds, times milliseconds since the epoch. */

export const ms = z.number();

export const stageName = z
  .enum(["coding", "pickup", "review", "merge", "development", "queue", "rollout"])
  .meta({ id: "DeliveryStageName" });

const certainty = z.enum(["explicit", "recorded", "strong", "likely", "possible", "not-proven-which"]);

export const failureKind = z.enum([
  "remediates",
  "rollback",
  "revert-sha",
  "revert-pull-request",
  "revert-title",
  "incident-cause",
  "incident-window",
]);

export const failureLink = z
  .object({
    deploymentId: z.string(),
    release: z.string(),
    atMs: ms,
    failedBy: failureKind,
    certainty,
    evidence: z.string(),
    recoveredByDeploymentId: z.string().nullable(),
    recoveredBy: z.string().nullable(),
    recoveryMs: ms.nullable(),
    openForMs: ms.nullable(),
    group: z.string().nullable(),
  })
  .meta({ id: "DeliveryFailureLink" });

export const measuredDeployment = z
  .object({
    id: z.string(),
    name: z.string(),
    atMs: ms,
    kind: z.enum(["deployment", "release", "flag"]),
    revision: z.string().nullable(),
    role: z.enum(["shipped", "baseline", "rollback", "redeployment", "unknown"]),
    nonMerge: z.number().int(),
    merge: z.number().int(),
    changes: z.number().int().describe("Pull requests that it shipped, and commits that belong to none"),
    lines: z.number().nullable(),
    medianLeadMs: ms.nullable(),
    isFailed: z.boolean(),
    isRework: z.boolean(),
  })
  .meta({ id: "MeasuredDeployment" });

export const measuredChange = z
  .object({
    id: z.string(),
    unit: z.enum(["pull request", "commit"]),
    title: z.string(),
    author: z.string(),
    url: z.string().nullable(),
    deploymentId: z.string(),
    shippedAtMs: ms,
    leadMs: ms.nullable(),
    linesChanged: z.number().nullable(),
    stagesMs: z.partialRecord(stageName, ms),
  })
  .meta({ id: "MeasuredChange" });

export const openChange = z
  .object({
    id: z.string(),
    title: z.string(),
    author: z.string(),
    url: z.string().nullable(),
    openedAtMs: ms,
    linesChanged: z.number().nullable(),
    waitsFor: z.enum(["review", "approval", "merge"]),
    waitsSinceMs: ms,
  })
  .meta({ id: "OpenChange" });
