import type { FlagDefinition } from "@steadfast/core/flags/definition";
import type { ArmCounts, TelemetrySource } from "@steadfast/core/guard/counts";
import type { RolloutOutcome, RolloutRefusal } from "@steadfast/core/rollouts/decide";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { Kysely, Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import { retryOnWriteConflict } from "../http/retry-on-write-conflict.ts";
import type { Provenance } from "../journal/event.ts";
import type { AppendInTransaction, Journal } from "../journal/journal.ts";
import { rolloutStream, toNewEvent } from "./projection.ts";
import { loadRollout } from "./read.ts";

/** A flag's variant that becomes its default, because of a rollout. */
export type FlagDefaultWrite = {
  readonly environment: string;
  readonly flag: string;
  readonly variant: string;
  /** The default it replaces: when a person changed it meanwhile, it stays theirs. */
  readonly instead: string;
  readonly rolloutId: string;
};

/** What rollouts need of other nouns; wired where the server is put together. */
export type RolloutDeps = {
  readonly database: Database;
  readonly journal: Journal;
  readonly nowMs: () => number;
  readonly newRolloutId: () => string;
  readonly readFlag: (
    db: Kysely<Tables>,
    environment: string,
    flag: string,
  ) => Promise<{ readonly service: string; readonly definition: FlagDefinition }>;
  readonly writeFlagDefault: (
    trx: Transaction<Tables>,
    append: AppendInTransaction,
    write: FlagDefaultWrite,
    provenance: Provenance,
  ) => Promise<void>;
  /** Throws away what arrived before the rollout started: it is history, not evidence. */
  readonly discardArrivals: (
    trx: Transaction<Tables>,
    of: { readonly environment: string; readonly flag: string },
  ) => Promise<void>;
  readonly readHistory: (
    db: Kysely<Tables>,
    of: {
      readonly environment: string;
      readonly flag: string;
      readonly variant: string;
      readonly source: TelemetrySource;
    },
  ) => Promise<ArmCounts | null>;
};

/** Appends what follows from a decision, and what it does to the flag, in the caller's transaction. */
export async function applyOutcome(
  deps: Pick<RolloutDeps, "writeFlagDefault">,
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  state: RolloutState,
  outcome: RolloutOutcome,
  provenance: Provenance,
): Promise<void> {
  if (outcome.events.length === 0) return;
  const events = outcome.events.map((event) => toNewEvent(state, event));
  await append([{ stream: rolloutStream(state.id), expectedVersion: state.version, events }], provenance);
  if (outcome.flagDefault === undefined || state.baseline === null) return;

  const { environment, flag, id: rolloutId, baseline, candidate } = state;
  const variant = outcome.flagDefault;
  const instead = variant === candidate ? baseline : candidate;
  await deps.writeFlagDefault(trx, append, { environment, flag, variant, instead, rolloutId }, provenance);
}

/** A person's word on a rollout. Decided again when somebody else was faster. */
export async function actOnRollout(
  deps: RolloutDeps,
  id: string,
  decide: (state: RolloutState) => RolloutOutcome | RolloutRefusal,
  provenance: Provenance,
  check: (state: RolloutState) => void,
): Promise<void> {
  await retryOnWriteConflict(() =>
    deps.journal.transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const state = await loadRollout(trx, id);
      check(state);
      const outcome = decide(state);
      if (!outcome.ok) throw new ProblemError(outcome.code, `${outcome.detail}${await sayWhoActed(trx, id)}`);
      await applyOutcome(deps, trx, append, state, outcome, provenance);
    }),
  );
}

/** Two people may act at once: the one who is refused is told what the other has done. */
const DONE_BY_EVENT: Readonly<Record<string, string>> = {
  "rollout.stage-entered": "moved on",
  "rollout.paused": "paused",
  "rollout.resumed": "resumed",
  "rollout.completed": "completed",
  "rollout.rolled-back": "rolled back",
  "rollout.stopped": "stopped",
};

async function sayWhoActed(trx: Transaction<Tables>, id: string): Promise<string> {
  const last = await trx
    .selectFrom("event")
    .select(["type", "actor", "reason", "occurred_at_ms"])
    .where("stream", "=", rolloutStream(id))
    .where("type", "in", Object.keys(DONE_BY_EVENT))
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!last) return "";
  const { name } = readStoredJson<Provenance["actor"]>(last.actor);
  const why = last.reason ? ` ("${last.reason}")` : "";
  return ` It was ${DONE_BY_EVENT[last.type]} by ${name} at ${new Date(last.occurred_at_ms).toISOString()}${why}.`;
}
