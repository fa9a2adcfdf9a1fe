import type { FlagDefinition } from "@steadfast/core/flags/definition";
import type { TelemetrySource } from "@steadfast/core/guard/counts";
import { type AdmissionRefusal, admissionRefusals, blockedBy } from "@steadfast/core/rollouts/admission";
import { foreseeRollout, type Prospect, type SeenTraffic } from "@steadfast/core/rollouts/prospect";
import { publishedDefinition } from "@steadfast/core/rollouts/published-definition";
import { composeRequest } from "@steadfast/core/rollouts/request";
import type { RolloutRequest } from "@steadfast/core/rollouts/state";
import type { Kysely } from "kysely";
import type { z } from "zod";
import { storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { readAdmissionFacts } from "./admission-facts.ts";
import type { previewBody, rolloutPreview } from "./preview-schemas.ts";
import { listActive } from "./read.ts";
import { readBaselineHistory } from "./start.ts";
import type { RolloutDeps } from "./write.ts";

export type RolloutPreview = z.infer<typeof rolloutPreview>;
type PreviewInput = z.infer<typeof previewBody>;

/** What one source sent of both arms lately. */
export type ArmsTraffic = SeenTraffic & {
  readonly source: TelemetrySource;
  readonly failureRate: number | null;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
};

export type PreviewDeps = RolloutDeps & {
  readonly readTraffic: (
    db: Kysely<Tables>,
    of: { readonly environment: string; readonly flag: string; readonly variants: readonly string[] },
  ) => Promise<readonly ArmsTraffic[]>;
  /** `null`: the service was not heard of in the last minutes. */
  readonly serviceHeardSecondsAgo: (environment: string, service: string) => number | null;
};

/** Stands where the id of the rollout would. Sorts behind every real one. */
const PREVIEW_ID = "rol_preview";

/**
 * What would happen if this rollout were started now. Reads only; decided by what decides the real start.
 *
 * @throws {ProblemError} `flag-not-found`, `environment-not-found`
 */
export async function previewRollout(deps: PreviewDeps, input: PreviewInput): Promise<RolloutPreview> {
  const { db } = deps.database;
  const { environment, flag, candidate } = input;
  const { service, definition } = await deps.readFlag(db, environment, flag);
  const baseline = definition.defaultVariant ?? null;
  const variants = [...new Set([baseline, candidate])].filter((name) => name !== null);
  const traffic = await deps.readTraffic(db, { environment, flag, variants });
  const shared = {
    environment,
    flag,
    service,
    baseline,
    candidate,
    traffic: traffic.map((each) => ({ ...each })),
    found: traffic.flatMap(findSignals),
  };

  const composed = composeRequest(PREVIEW_ID, input, service, definition);
  if (!composed.ok || baseline === null) {
    const faults = composed.ok ? [] : composed.faults;
    const refusals = faults.map(({ path, message }) => ({ code: "rollout-invalid", sentence: message, path }));
    return { ...shared, refusals, warnings: [], waitsFor: null, plan: null };
  }
  const request = composed.value;
  const waitsFor = blockedBy(request, await listActive(db));
  const prospect = foreseeRollout(request, {
    definition,
    history: await readBaselineHistory(deps, db, request, baseline),
    traffic: Object.fromEntries(traffic.map((each) => [each.source, each])),
    serviceHeardSecondsAgo: deps.serviceHeardSecondsAgo(environment, service),
    waitsFor,
  });
  const refusals = admissionRefusals(request, await readAdmissionFacts(db, request), deps.nowMs());
  return {
    ...shared,
    refusals: refusals.map(toRefusal),
    warnings: prospect.warnings.map((warning) => ({
      ...warning,
      stage: warning.stage === null ? null : warning.stage + 1,
    })),
    waitsFor,
    plan: toPlan(request, prospect, definition, baseline),
  };
}

function toRefusal({ code, detail }: AdmissionRefusal): RolloutPreview["refusals"][number] {
  return { code, sentence: detail, path: code === "candidate-cooling-down" ? "/candidate" : null };
}

function toPlan(
  request: RolloutRequest,
  prospect: Prospect,
  definition: FlagDefinition,
  baseline: string,
): RolloutPreview["plan"] {
  const first = { ...request, baseline, stage: 0, share: request.stages[0]?.share ?? 0 };
  return storedAs<NonNullable<RolloutPreview["plan"]>>({
    stages: request.stages.map((stage, index) => {
      const forecast = prospect.stages[index];
      return { ...stage, ...forecast, slowest: forecast?.slowest?.name ?? null };
    }),
    totalSeconds: prospect.totalSeconds,
    alpha: request.guard.alpha,
    signals: request.guard.signals.map((signal) => ({
      ...signal,
      count: signal.kind === "failure-rate" ? signal.count : null,
    })),
    maxProjectedSeconds: request.guard.maxProjectedSeconds,
    onRegression: request.onRegression,
    mode: request.mode,
    watchSeconds: request.watchSeconds,
    salt: request.salt,
    targeting: publishedDefinition(definition, first).targeting ?? null,
  });
}

/** What could be judged by what a source sends. */
function findSignals(traffic: ArmsTraffic): RolloutPreview["found"] {
  const { source, failureRate, latencyMs, lastSecondsAgo } = traffic;
  const suffix = source === "spans" ? "" : "-observed";
  const common = { source, lastSecondsAgo };
  return [
    {
      ...common,
      name: `errors${suffix}`,
      kind: "failure-rate",
      count: "requests",
      perSecond: traffic.requestsPerSecond,
      failureRate,
      latencyMs: null,
    },
    ...(traffic.usersPerSecond > 0
      ? [
          {
            ...common,
            name: "failing-users",
            kind: "failure-rate" as const,
            count: "users" as const,
            perSecond: traffic.usersPerSecond,
            failureRate: null,
            latencyMs: null,
          },
        ]
      : []),
    ...(traffic.latenciesPerSecond > 0
      ? [
          {
            ...common,
            name: `latency${suffix}`,
            kind: "latency" as const,
            count: null,
            perSecond: traffic.latenciesPerSecond,
            failureRate: null,
            latencyMs,
          },
        ]
      : []),
  ];
}
