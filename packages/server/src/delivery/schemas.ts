import { z } from "zod";
import { bounded, environmentKey, page, reason, timestamp } from "../http/schemas.ts";

const REMEDIATES_MAX = 50;
const COMMITS_MAX = 1_000;
const REPOSITORIES_MAX = 50;

/** Ids of other systems: opaque, printable, not a page long. */
const foreignId = z.string().trim().min(1).max(200);

export const serviceKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "letters, digits, dots, dashes and underscores, at most 100")
  .describe("A service's key, as in its flags and in service.name");

/** What a page may link to: `javascript:` and its like are addresses, too. */
const webAddress = z.url({ protocol: /^https?$/, error: "an http:// or https:// address" });

const revision = z
  .string()
  .regex(/^[0-9a-f]{40}$|^[0-9a-f]{64}$/, "a commit's whole id: 40 or 64 hexadecimal digits, lower case")
  .describe("A commit's id");

const repository = z
  .string()
  .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){1,5}$/, "such as owner/name")
  .max(300);

export const reportDeployment = z
  .strictObject({
    id: foreignId.optional().describe("Yours; told again under it, it is corrected. Default: made from the rest"),
    service: serviceKey,
    environment: environmentKey,
    name: z.string().trim().min(1).max(200).optional().describe("What people call it: a version, a run"),
    url: webAddress.max(2_000).optional(),
    revision: revision.optional().describe("The commit that runs afterwards"),
    previousRevision: revision.optional(),
    commits: bounded(COMMITS_MAX, z.array(revision).max(COMMITS_MAX))
      .optional()
      .describe("What it brought, where known"),
    startedAt: timestamp.optional().describe("No later than `finishedAt`"),
    finishedAt: timestamp.optional().describe("When users had it; default: now"),
    outcome: z.enum(["succeeded", "failed", "aborted"]).default("succeeded"),
    isPlanned: z.boolean().optional(),
    remediates: bounded(REMEDIATES_MAX, z.array(foreignId).max(REMEDIATES_MAX))
      .optional()
      .describe("Ids of the deployments or incidents that it is there to mend"),
    isRollback: z.boolean().optional(),
    rollsBack: foreignId.optional().describe("The deployment that it takes back"),
  })
  .meta({ id: "ReportDeployment" });

export const reportIncident = z
  .strictObject({
    id: foreignId.describe("Yours; told again under it, it is corrected, such as to say when it was resolved"),
    service: serviceKey,
    environment: environmentKey,
    title: z.string().trim().min(1).max(500),
    url: webAddress.max(2_000).optional(),
    detectedAt: timestamp.optional().describe("Default: now"),
    resolvedAt: timestamp.nullable().optional().describe("null: it is open again"),
    causedBy: bounded(REMEDIATES_MAX, z.array(foreignId).max(REMEDIATES_MAX))
      .optional()
      .describe("Ids of deployments, or commits, that caused it"),
    isCausedByChange: z.boolean().optional().describe("false: a supplier, a data centre; it is left out"),
    isRetracted: z.boolean().optional().describe("true: it was none, and is forgotten; false: it was one after all"),
  })
  .meta({ id: "ReportIncident" });

export const reported = z
  .object({
    id: z.string(),
    isNew: z.boolean().describe("false: the same was told before"),
  })
  .meta({ id: "Reported" });

export const deliveryTarget = z
  .object({
    measure: z.enum(["lead-time", "frequency", "change-fail-rate", "recovery"]),
    value: z.number().min(0).describe("Hours, deployments a week, a ratio 0..1, hours"),
  })
  .meta({ id: "DeliveryTarget" });

export const setServiceBody = z
  .strictObject({
    name: z.string().trim().min(1).max(100).optional().describe("Default: the key"),
    owner: z.string().trim().max(100).default("").describe("The team that answers for it"),
    repositories: bounded(REPOSITORIES_MAX, z.array(repository).max(REPOSITORIES_MAX)).default([]),
    target: deliveryTarget.nullable().default(null).describe("What it wants to reach"),
    reason: reason.optional(),
  })
  .meta({ id: "SetService" });

export const service = z
  .object({
    key: z.string(),
    name: z.string(),
    owner: z.string(),
    repositories: z.array(z.string()),
    target: deliveryTarget.nullable(),
    environments: z.array(z.string()).describe("Where something of it was deployed"),
    isRegistered: z.boolean().describe("false: known from its flags or from what was told alone"),
  })
  .meta({ id: "Service" });

export const serviceList = page(service, "ServiceList");

export const toldEnvironment = z
  .object({
    environment: z.string().describe("As the sources name it; it need not be one that has flags"),
    tellings: z
      .number()
      .int()
      .describe("What was told of the service there: what is told of no environment is left out"),
    lastToldAt: timestamp,
  })
  .meta({ id: "ToldEnvironment" });

export const toldEnvironmentList = page(toldEnvironment, "ToldEnvironmentList");

const unmeasuredRepository = z
  .object({
    repository: z.string().describe("`owner/name`, in lower case"),
    toldBy: z.string().describe("The source that told last, such as github"),
    tellings: z.number().int().describe("Counted up to 1,000"),
    isMore: z.boolean().describe("There may be more than were counted"),
    lastToldAt: timestamp,
    environments: z.array(z.string()).describe("Where something of it was deployed"),
  })
  .meta({ id: "UnmeasuredRepository" });

export const unmeasuredList = page(unmeasuredRepository, "UnmeasuredRepositoryList").extend({
  total: z.number().int().describe("How many there are, of which the list holds those that told last"),
});

export const connectSourceBody = z
  .strictObject({
    kind: z.enum(["github", "gitlab"]),
    name: z.string().trim().min(1).max(100).describe("What people call it, such as the organisation"),
    secret: z.string().min(16).max(200).optional().describe("Signs its webhooks; default: one is made"),
  })
  .meta({ id: "ConnectSource" });

export const source = z
  .object({
    id: z.string(),
    kind: z.enum(["github", "gitlab"]),
    name: z.string(),
    webhookPath: z.string().describe("Where its webhooks go, after this server's address"),
    createdAt: timestamp,
    removedAt: timestamp.nullable(),
    lastHeardAt: timestamp.nullable(),
    messages: z
      .array(
        z.object({
          event: z.string(),
          outcome: z.string().describe("told, ignored, unknown or refused"),
          count: z.number().int(),
          lastAt: timestamp,
        }),
      )
      .describe("What came, and what became of it"),
  })
  .meta({ id: "DeliverySource" });

export const sourceList = page(source, "DeliverySourceList");
export const connectedSource = source
  .extend({ secret: z.string().describe("In this answer only") })
  .meta({ id: "ConnectedSource" });
