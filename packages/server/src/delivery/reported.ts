import { createHash } from "node:crypto";
import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import type { z } from "zod";
import { ProblemError } from "../http/problem.ts";
import type { reportDeployment, reportIncident } from "./schemas.ts";

/** How facts name those who use our own words. */
export const REPORTED_SOURCE = "api";

/** A pipeline's clock may be ahead of this server's: what it says began just now has not ended before that. */
const CLOCK_SKEW_MAX_MS = 60_000;

/** @throws {ProblemError} `invalid-request`: it ended before it began */
export function deploymentTold(body: z.infer<typeof reportDeployment>, nowMs: number): ScopedTold {
  const { id: given, startedAt, finishedAt, service, environment, ...rest } = body;
  const startedAtMs = startedAt === undefined ? undefined : Date.parse(startedAt);
  const isAhead = startedAtMs !== undefined && startedAtMs > nowMs && startedAtMs <= nowMs + CLOCK_SKEW_MAX_MS;
  const finishedAtMs = finishedAt === undefined ? (isAhead ? startedAtMs : nowMs) : Date.parse(finishedAt);
  refuseBackwards(["startedAt", startedAtMs], [finishedAt === undefined ? "now" : "finishedAt", finishedAtMs]);
  const id = given ?? `dep-${digest({ ...body, finishedAt: finishedAtMs }).slice(0, 20)}`;
  const started = startedAtMs === undefined ? {} : { startedAtMs };
  const told = { kind: "deployment" as const, service, environment, finishedAtMs, ...started, ...rest };
  return scoped({ kind: "deployment", subject: id, atMs: finishedAtMs, told }, service, environment, nowMs);
}

/** @throws {ProblemError} `invalid-request`: it ended before it began */
export function incidentTold(body: z.infer<typeof reportIncident>, nowMs: number): ScopedTold {
  const { id, service, environment, detectedAt, resolvedAt, ...rest } = body;
  const resolvedAtMs = resolvedAt == null ? resolvedAt : Date.parse(resolvedAt);
  const detectedAtMs = detectedAt === undefined ? (resolvedAtMs == null ? nowMs : undefined) : Date.parse(detectedAt);
  refuseBackwards(["detectedAt", detectedAtMs], ["resolvedAt", resolvedAtMs]);
  const detected = detectedAtMs === undefined ? {} : { detectedAtMs };
  const resolved = resolvedAtMs === undefined ? {} : { resolvedAtMs };
  const told = { ...detected, ...resolved, ...rest };
  return scoped({ kind: "incident", subject: id, atMs: nowMs, told }, service, environment, nowMs);
}

/** A field's name, and what it says. */
type Moment = readonly [string, number | null | undefined];

function refuseBackwards([from, fromMs]: Moment, [to, toMs]: Moment): void {
  if (fromMs == null || toMs == null || fromMs <= toMs) return;
  const message = `is later than ${to}`;
  throw new ProblemError(
    "invalid-request",
    `It cannot end before it begins: ${from} (${new Date(fromMs).toISOString()}) ${message} (${new Date(toMs).toISOString()}). Correct one of them, or the clock that told it.`,
    { faults: [{ path: `/${from}`, message }] },
  );
}

type Bare = Pick<Extract<ScopedTold, { kind: "deployment" }>, "kind" | "subject" | "atMs" | "told">;
type BareIncident = Pick<Extract<ScopedTold, { kind: "incident" }>, "kind" | "subject" | "atMs" | "told">;

/** The same words about the same thing are the same message; a correction is another, and later. */
function scoped(bare: Bare | BareIncident, service: string, environment: string, nowMs: number): ScopedTold {
  const messageId = digest([bare.kind, bare.subject, bare.told, service, environment]);
  return { ...bare, atMs: nowMs, source: REPORTED_SOURCE, messageId, scope: serviceScope(service), environment };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
