import { createHash } from "node:crypto";
import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import type { z } from "zod";
import type { reportDeployment, reportIncident } from "./schemas.ts";

/** How facts name those who use our own words. */
export const REPORTED_SOURCE = "api";

export function deploymentTold(body: z.infer<typeof reportDeployment>, nowMs: number): ScopedTold {
  const { id: given, startedAt, finishedAt, service, environment, ...rest } = body;
  const finishedAtMs = finishedAt === undefined ? nowMs : Date.parse(finishedAt);
  const id = given ?? `dep-${digest({ ...body, finishedAt: finishedAtMs }).slice(0, 20)}`;
  const started = startedAt === undefined ? {} : { startedAtMs: Date.parse(startedAt) };
  const told = { kind: "deployment" as const, service, environment, finishedAtMs, ...started, ...rest };
  return scoped({ kind: "deployment", subject: id, atMs: finishedAtMs, told }, service, environment, nowMs);
}

export function incidentTold(body: z.infer<typeof reportIncident>, nowMs: number): ScopedTold {
  const { id, service, environment, detectedAt, resolvedAt, ...rest } = body;
  const detected = detectedAt === undefined ? {} : { detectedAtMs: Date.parse(detectedAt) };
  const resolved = resolvedAt === undefined ? {} : { resolvedAtMs: Date.parse(resolvedAt) };
  const told = { ...(resolvedAt === undefined ? { detectedAtMs: nowMs } : {}), ...detected, ...resolved, ...rest };
  return scoped({ kind: "incident", subject: id, atMs: nowMs, told }, service, environment, nowMs);
}

type Bare = Pick<Extract<ScopedTold, { kind: "deployment" }>, "kind" | "subject" | "atMs" | "told">;
type BareIncident = Pick<Extract<ScopedTold, { kind: "incident" }>, "kind" | "subject" | "atMs" | "told">;

/** The same words about the same thing are the same message; a correction is another, and later. */
function scoped(bare: Bare | BareIncident, service: string, environment: string, nowMs: number): ScopedTold {
  const messageId = digest([bare.kind, bare.subject, bare.told]);
  return { ...bare, atMs: nowMs, source: REPORTED_SOURCE, messageId, scope: serviceScope(service), environment };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
