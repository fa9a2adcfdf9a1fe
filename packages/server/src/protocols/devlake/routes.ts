import { createHash } from "node:crypto";
import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../../http/app-type.ts";
import { requireEnvironment } from "../../http/authenticate.ts";

/** How facts name DevLake's webhooks as their source. */
export const DEVLAKE_SOURCE = "devlake";

const COMMITS_MAX = 200;
/** DevLake's incidents name no environment. */
const INCIDENTS_IN = "production";

export type DevLakeDeps = {
  readonly nowMs: () => number;
  /** An incident of this service was told, and its end too, later than anything that opened it again. */
  readonly isIncidentOver: (
    of: { readonly service: string; readonly environment: string },
    incident: string,
  ) => Promise<boolean>;
  readonly record: (tellings: readonly ScopedTold[], principal: FastifyRequest["principal"]) => Promise<unknown>;
};

const time = z.iso.datetime({ offset: true });
const result = z.enum(["SUCCESS", "FAILURE", "ABORT", "MANUAL", ""]).default("SUCCESS");

/** DevLake knows more fields: what is not read here is not looked at. */
const deploymentBody = z
  .object({
    id: z.string().min(1).max(300),
    displayTitle: z.string().max(500).optional(),
    name: z.string().max(500).optional(),
    url: z.string().max(2_000).optional(),
    environment: z.string().max(100).default("PRODUCTION"),
    result,
    startedDate: time.optional(),
    finishedDate: time,
    deploymentCommits: z
      .array(
        z.object({ repoUrl: z.string().max(2_000), commitSha: z.string().max(100), refName: z.string().optional() }),
      )
      .min(1)
      .max(COMMITS_MAX),
  })
  .meta({ id: "DevLakeDeployment" });

const issueBody = z
  .object({
    issueKey: z.string().min(1).max(300),
    title: z.string().max(500),
    url: z.string().max(2_000).optional(),
    type: z.string().max(100).default("INCIDENT"),
    createdDate: time,
    updatedDate: time.nullish(),
    resolutionDate: time.nullish(),
  })
  .meta({ id: "DevLakeIssue" });

const answer = z.object({ success: z.boolean() }).meta({ id: "DevLakeAnswer" });

const BASE = "/devlake/api/plugins/webhook/connections/:service";

const service = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

/** The webhooks of Apache DevLake as they are, so that its users can move: a connection's id is a service's key. */
export async function devlakeRoutes(app: App, deps: DevLakeDeps): Promise<void> {
  const config = { access: "report" as const };
  const tags = ["delivery"];

  app.post(
    `${BASE}/deployments`,
    {
      config,
      schema: {
        ...{ tags, summary: "Tell of a deployment (DevLake's webhook)", body: deploymentBody },
        ...{ params: z.object({ service }), response: { 200: answer } },
      },
    },
    async (request) => tell(request, deploymentTold(request.params.service, request.body)),
  );

  app.post(
    `${BASE}/issues`,
    {
      config,
      schema: {
        ...{ tags, summary: "Tell of an incident (DevLake's webhook)", body: issueBody },
        ...{ params: z.object({ service }), response: { 200: answer } },
      },
    },
    async (request) => {
      const { body, params } = request;
      const { issueKey, title, url, createdDate, updatedDate, resolutionDate } = body;
      if (body.type.toUpperCase() !== "INCIDENT") return { success: true };
      const detectedAtMs = Date.parse(createdDate);
      const resolvedAtMs = resolutionDate ? Date.parse(resolutionDate) : null;
      const told = { title, url, detectedAtMs, resolvedAtMs };
      const atMs = updatedDate ? Date.parse(updatedDate) : (resolvedAtMs ?? detectedAtMs);
      const at = { kind: "incident" as const, subject: issueKey, atMs };
      return tell(request, { ...at, ...common(params.service, body), environment: INCIDENTS_IN, told });
    },
  );

  app.post(
    `${BASE}/issue/:issueKey/close`,
    {
      config,
      schema: {
        ...{ tags, summary: "Tell that an incident is over (DevLake's webhook)" },
        ...{ params: z.object({ service, issueKey: z.string().max(300) }), response: { 200: answer } },
      },
    },
    async (request) => {
      const { params } = request;
      requireEnvironment(request, INCIDENTS_IN);
      // Told again, an end stays where it was.
      const { service, issueKey } = params;
      if (await deps.isIncidentOver({ service, environment: INCIDENTS_IN }, issueKey)) return { success: true };
      const now = deps.nowMs();
      const at = { kind: "incident" as const, subject: params.issueKey, atMs: now };
      const message = common(params.service, ["close", params.issueKey, now]);
      return tell(request, { ...at, ...message, environment: INCIDENTS_IN, told: { resolvedAtMs: now } });
    },
  );

  async function tell(request: FastifyRequest, telling: ScopedTold): Promise<z.infer<typeof answer>> {
    if (telling.environment !== null) requireEnvironment(request, telling.environment);
    await deps.record([telling], request.principal);
    return { success: true };
  }
}

function common(key: string, body: unknown) {
  const messageId = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  return { source: DEVLAKE_SOURCE, messageId, scope: serviceScope(key) };
}

function deploymentTold(key: string, body: z.infer<typeof deploymentBody>): ScopedTold {
  const [commit] = body.deploymentCommits;
  const environment = body.environment.toLowerCase();
  const revision = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(commit?.commitSha ?? "") ? commit?.commitSha : undefined;
  const finishedAtMs = Date.parse(body.finishedDate);
  return {
    ...{ kind: "deployment", subject: body.id, atMs: finishedAtMs, environment, ...common(key, body) },
    told: {
      ...{ service: key, environment, revision, finishedAtMs, url: body.url },
      name: body.displayTitle ?? body.name ?? commit?.refName,
      startedAtMs: body.startedDate === undefined ? undefined : Date.parse(body.startedDate),
      outcome: body.result === "FAILURE" ? "failed" : body.result === "ABORT" ? "aborted" : "succeeded",
    },
  };
}
