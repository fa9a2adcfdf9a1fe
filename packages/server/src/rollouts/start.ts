import type { FlagDefinition, Json } from "@steadfast/core/flags/definition";
import { parseAudience } from "@steadfast/core/flags/parse";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import { blockedBy, coolingDown } from "@steadfast/core/rollouts/admission";
import { joinAudiences } from "@steadfast/core/rollouts/audience";
import { endWatch, followFlagWrite, startRollout, stopRollout } from "@steadfast/core/rollouts/decide";
import {
  DEFAULT_WATCH_SECONDS,
  planGuard,
  type RolloutStage,
  resolveGuard,
  resolveStages,
} from "@steadfast/core/rollouts/plan";
import type { RolloutRequest, RolloutState } from "@steadfast/core/rollouts/state";
import type { FastifyBaseLogger } from "fastify";
import type { Transaction } from "kysely";
import type { z } from "zod";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError, type ProblemFault } from "../http/problem.ts";
import { retryOnWriteConflict } from "../http/retry-on-write-conflict.ts";
import type { Provenance } from "../journal/event.ts";
import type { AppendInTransaction } from "../journal/journal.ts";
import { rolloutStream, toNewEvent } from "./projection.ts";
import { checkPublishedSize } from "./published-size.ts";
import { listActive, loadRollout, readActive, readRollouts } from "./read.ts";
import type { startRolloutBody } from "./schemas.ts";
import { applyOutcome, type RolloutDeps } from "./write.ts";

/** Active rollouts one installation judges each second; the guard's cost is measured for 1,000. */
export const ACTIVE_ROLLOUTS_MAX = 2_000;

/** The newest are enough: two of the same value are too many already. */
const ROLLBACKS_LOOKED_AT = 50;

type StartInput = z.infer<typeof startRolloutBody>;

/** Puts a rollout into the journal and, unless something stands before it, starts it. */
export async function requestRollout(deps: RolloutDeps, input: StartInput, provenance: Provenance): Promise<string> {
  return retryOnWriteConflict(() =>
    deps.journal.transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const { service, definition } = await deps.readFlag(trx, input.environment, input.flag);
      const request = buildRequest(deps.newRolloutId(), input, service, definition);
      await checkAdmission(trx, request, deps.nowMs());

      const event = { type: "rollout.requested", data: request } as const;
      await append(
        [{ stream: rolloutStream(request.id), expectedVersion: 0, events: [toNewEvent(request, event)] }],
        provenance,
      );
      await startWhenFree(deps, trx, append, await loadRollout(trx, request.id), definition, provenance);
      return request.id;
    }),
  );
}

function buildRequest(id: string, input: StartInput, service: string, definition: FlagDefinition): RolloutRequest {
  const stages = resolveStages(input.stages);
  const guard = resolveGuard(input.guard);
  const faults = [
    ...flagFaults(definition, input.candidate),
    ...(stages.ok ? stages.value.flatMap((stage, index) => audienceFaults(stage.audience, index)) : stages.faults),
    ...(stages.ok ? joinedAudienceFaults(stages.value) : []),
    ...(guard.ok ? [] : guard.faults),
  ];
  if (!stages.ok || !guard.ok || faults.length > 0)
    throw new ProblemError("rollout-invalid", faults[0]?.message ?? "The rollout is not valid.", { faults });

  return {
    id,
    kind: "flag",
    environment: input.environment,
    flag: input.flag,
    service,
    candidate: input.candidate,
    candidateValue: JSON.stringify(definition.variants[input.candidate]),
    stages: stages.value,
    guard: guard.value,
    onRegression: input.onRegression,
    mode: input.mode,
    watchSeconds: input.watchSeconds ?? DEFAULT_WATCH_SECONDS,
    salt: input.salt ?? input.candidate.replaceAll(/[^A-Za-z0-9._-]/g, "-"),
    bucketing: "fractional-v2",
    alongside: input.alongside ?? null,
    despiteRollback: input.despiteRollback ?? null,
  };
}

function flagFaults(definition: FlagDefinition, candidate: string): ProblemFault[] {
  const names = Object.keys(definition.variants).join(", ");
  if (!Object.hasOwn(definition.variants, candidate))
    return [{ path: "/candidate", message: `the flag has no variant "${candidate}"; it has ${names}` }];
  if (definition.state === "DISABLED")
    return [{ path: "/flag", message: "the flag is switched off: set its state to ENABLED first" }];
  if (definition.defaultVariant === null || definition.defaultVariant === undefined)
    return [{ path: "/flag", message: "the flag has no default variant to compare with: set one first" }];
  if (definition.defaultVariant === candidate)
    return [{ path: "/candidate", message: `"${candidate}" is the flag's default already: everybody has it` }];
  return [];
}

function audienceFaults(audience: Json | null, index: number): ProblemFault[] {
  if (audience === null) return [];
  const parsed = parseAudience(audience);
  if (parsed.ok) return [];
  return parsed.faults.map((fault) => ({ path: `/stages/${index}/audience${fault.path}`, message: fault.message }));
}

/** All audiences are published together at last, in the flag's one rule. */
function joinedAudienceFaults(stages: readonly RolloutStage[]): ProblemFault[] {
  const joined = joinAudiences(stages);
  if (stages.filter((stage) => stage.audience !== null).length < 2 || joined === null) return [];
  const parsed = parseAudience(joined);
  if (parsed.ok) return [];
  return parsed.faults.map((fault) => ({ path: "/stages", message: `the audiences together: ${fault.message}` }));
}

async function checkAdmission(trx: Transaction<Tables>, request: RolloutRequest, nowMs: number): Promise<void> {
  const active = await trx
    .selectFrom("rollout")
    .select(trx.fn.countAll<number>().as("rollouts"))
    .where("is_active", "=", 1)
    .executeTakeFirst();
  if (Number(active?.rollouts ?? 0) >= ACTIVE_ROLLOUTS_MAX)
    throw new ProblemError("limit-reached", `${ACTIVE_ROLLOUTS_MAX} rollouts are active: end some first.`);
  await checkPublishedSize(trx, request);
  const why = await coolDownOf(trx, request, nowMs);
  if (why !== null) throw new ProblemError("candidate-cooling-down", `"${request.candidate}" cannot start: ${why}.`);
}

/** Why a candidate that was rolled back may not be tried again yet, or `null`. */
async function coolDownOf(trx: Transaction<Tables>, request: RolloutRequest, nowMs: number): Promise<string | null> {
  if (request.despiteRollback !== null) return null;
  const rolledBack = await trx
    .selectFrom("rollout")
    .select(["body", "ended_at_ms"])
    .where("environment", "=", request.environment)
    .where("flag", "=", request.flag)
    .where("candidate", "=", request.candidate)
    .where("state", "=", "rolled-back")
    .orderBy("ended_at_ms", "desc")
    .limit(ROLLBACKS_LOOKED_AT)
    .execute();
  const times = rolledBack
    .filter((row) => readStoredJson<RolloutState>(row.body).candidateValue === request.candidateValue)
    .map((row) => row.ended_at_ms ?? 0);
  return coolingDown(times, nowMs);
}

/** Starts a queued rollout when nothing stands before it; stops it when it can no longer start. */
async function startWhenFree(
  deps: RolloutDeps,
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  state: RolloutState,
  definition: FlagDefinition,
  provenance: Provenance,
): Promise<void> {
  if (blockedBy(state, await listActive(trx)) !== null) return;

  const baseline = definition.defaultVariant;
  const [fault] = flagFaults(definition, state.candidate);
  const why = fault?.message ?? (await coolDownOf(trx, state, deps.nowMs()));
  if (why !== null || typeof baseline !== "string") {
    const sentence = `It could not start: ${why ?? "the flag has no default variant"}.`;
    await applyOutcome(deps, trx, append, state, stopRollout(state, sentence), provenance);
    return;
  }
  for (const watched of await readActive(trx, state)) {
    if (watched.id === state.id) continue;
    await applyOutcome(
      deps,
      trx,
      append,
      watched,
      endWatch(watched, `Rollout ${state.id} of the same flag started.`),
      provenance,
    );
  }
  await deps.discardArrivals(trx, state);
  const plan = await buildPlan(deps, trx, state, definition, baseline);
  await applyOutcome(deps, trx, append, state, startRollout(state, baseline, plan), provenance);
}

async function buildPlan(
  deps: RolloutDeps,
  trx: Transaction<Tables>,
  state: RolloutState,
  definition: FlagDefinition,
  baseline: string,
): Promise<GuardPlan> {
  const { environment, flag } = state;
  const sources = [...new Set(state.guard.signals.map((signal) => signal.source))];
  const history = await Promise.all(
    sources.map(
      async (source) =>
        [source, await deps.readHistory(trx, { environment, flag, variant: baseline, source })] as const,
    ),
  );
  const known = Object.fromEntries(history.flatMap(([source, counts]) => (counts === null ? [] : [[source, counts]])));
  return planGuard(state.guard, state.stages, { history: known, hasOwnTargeting: definition.targeting !== undefined });
}

/** Starts what no longer waits. Called each second by one node. One that cannot start does not hold up the others. */
export async function startQueued(deps: RolloutDeps & { readonly log: FastifyBaseLogger }): Promise<void> {
  const { db } = deps.database;
  const active = await listActive(db);
  const waiting = active.filter((rollout) => rollout.state === "queued").map((rollout) => rollout.id);
  for (const queued of await readRollouts(db, waiting)) {
    if (blockedBy(queued, active) !== null) continue;
    try {
      await startNext(deps, queued.id);
    } catch (error) {
      deps.log.error(
        { err: error, rollout: queued.id },
        "a queued rollout could not start; the next second tries again",
      );
    }
  }
}

async function startNext(deps: RolloutDeps, id: string): Promise<void> {
  await deps.journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const queued = await loadRollout(trx, id);
    if (queued.state !== "queued") return;
    const { definition } = await deps.readFlag(trx, queued.environment, queued.flag);
    const actor = { kind: "system", id: "queue", name: "the queue" } as const;
    const reason = "Nothing stands before it any more.";
    await startWhenFree(deps, trx, append, queued, definition, { actor, reason });
  });
}

/** Ends or unwatches the rollouts of a flag that was written, in the transaction that wrote it. */
export async function followFlag(
  deps: Pick<RolloutDeps, "writeFlagDefault">,
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  flag: { readonly environment: string; readonly key: string; readonly definition: FlagDefinition },
  provenance: Provenance,
): Promise<void> {
  for (const state of await readActive(trx, { environment: flag.environment, flag: flag.key })) {
    const outcome = followFlagWrite(state, flag.definition, provenance.reason ?? "no reason given");
    await applyOutcome(deps, trx, append, state, outcome, provenance);
  }
}
