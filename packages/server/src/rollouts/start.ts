import type { FlagDefinition, Parsed } from "@steadfast/core/flags/definition";
import type { GuardPlan } from "@steadfast/core/guard/plan";
import { admissionRefusals, blockedBy, coolingDown } from "@steadfast/core/rollouts/admission";
import { endWatch, followFlagWrite, startRollout, stopRollout } from "@steadfast/core/rollouts/decide";
import { planRollout } from "@steadfast/core/rollouts/prospect";
import { composeRequest, flagFaults } from "@steadfast/core/rollouts/request";
import type { RolloutRequest, RolloutState } from "@steadfast/core/rollouts/state";
import type { FastifyBaseLogger } from "fastify";
import type { Kysely, Transaction } from "kysely";
import type { z } from "zod";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import { retryOnWriteConflict } from "../http/retry-on-write-conflict.ts";
import type { Provenance } from "../journal/event.ts";
import type { AppendInTransaction } from "../journal/journal.ts";
import { readAdmissionFacts, readRollbacks } from "./admission-facts.ts";
import { rolloutStream, toNewEvent } from "./projection.ts";
import { listActive, loadRollout, readActive, readRollouts } from "./read.ts";
import type { startRolloutBody } from "./schemas.ts";
import { applyOutcome, type RolloutDeps } from "./write.ts";

type StartInput = z.infer<typeof startRolloutBody>;

/** Puts a rollout into the journal and, unless something stands before it, starts it. */
export async function requestRollout(deps: RolloutDeps, input: StartInput, provenance: Provenance): Promise<string> {
  return retryOnWriteConflict(() =>
    deps.journal.transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const { service, definition } = await deps.readFlag(trx, input.environment, input.flag);
      const composed = composeRequest(deps.newRolloutId(), input, service, definition);
      const request = await admit(trx, composed, deps.nowMs());

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

/** @throws {ProblemError} `rollout-invalid`, `limit-reached`, `candidate-cooling-down` */
async function admit(
  trx: Transaction<Tables>,
  composed: Parsed<RolloutRequest>,
  nowMs: number,
): Promise<RolloutRequest> {
  if (!composed.ok) {
    const { faults } = composed;
    throw new ProblemError("rollout-invalid", faults[0]?.message ?? "The rollout is not valid.", { faults });
  }
  const [refusal] = admissionRefusals(composed.value, await readAdmissionFacts(trx, composed.value), nowMs);
  if (refusal) throw new ProblemError(refusal.code, refusal.detail);
  return composed.value;
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
  const history = await readBaselineHistory(deps, trx, state, baseline);
  const plan = planRollout(state, definition, history);
  await applyOutcome(deps, trx, append, state, startRollout(state, baseline, plan), provenance);
}

/** Why a candidate that was rolled back may not be tried again yet, or `null`. */
async function coolDownOf(trx: Transaction<Tables>, state: RolloutState, nowMs: number): Promise<string | null> {
  return state.despiteRollback === null ? coolingDown(await readRollbacks(trx, state), nowMs) : null;
}

/** What the sources counted of the baseline before the rollout. */
export async function readBaselineHistory(
  deps: Pick<RolloutDeps, "readHistory">,
  db: Kysely<Tables>,
  request: RolloutRequest,
  baseline: string,
): Promise<GuardPlan["history"]> {
  const { environment, flag } = request;
  const sources = [...new Set(request.guard.signals.map((signal) => signal.source))];
  const history = await Promise.all(
    sources.map(
      async (source) => [source, await deps.readHistory(db, { environment, flag, variant: baseline, source })] as const,
    ),
  );
  return Object.fromEntries(history.flatMap(([source, counts]) => (counts === null ? [] : [[source, counts]])));
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
