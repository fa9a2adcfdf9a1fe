import type { FlagDefinition } from "@steadfast/core/flags/definition";
import { diffDefinitions } from "@steadfast/core/flags/diff";
import { lintFlagDefinition } from "@steadfast/core/flags/lint";
import { publishedDefinition } from "@steadfast/core/rollouts/published-definition";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { Kysely } from "kysely";
import type { z } from "zod";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Actor, StoredEvent } from "../journal/event.ts";
import type { FlagWritten } from "./projection.ts";
import type { flag, flagState, flagVersion } from "./schemas.ts";

export type Flag = z.infer<typeof flag>;
export type FlagState = z.infer<typeof flagState>;
export type FlagVersion = z.infer<typeof flagVersion>;

/** Reads work inside and outside a transaction. */
export type Reader = Kysely<Tables>;

type StateRow = Tables["flag_state"];

export async function readFlag(db: Reader, key: string, environment: string | null): Promise<Flag> {
  const row = await db.selectFrom("flag").selectAll().where("key", "=", key).executeTakeFirst();
  const [item] = row ? await withStates(db, [row], environment) : [];
  if (!item) throw flagNotFound(key);
  return item;
}

/** Flags with their states in every environment, or in one: two queries, however many they are. */
export async function withStates(
  db: Reader,
  rows: readonly Tables["flag"][],
  environment: string | null,
): Promise<Flag[]> {
  if (rows.length === 0) return [];
  const keys = rows.map((row) => row.key);
  const states = await db
    .selectFrom("flag_state")
    .selectAll()
    .where("key", "in", keys)
    .$if(environment !== null, (select) => select.where("environment", "=", environment ?? ""))
    .execute();
  const inFlight = await readInFlight(db, keys);
  const statesByKey = Map.groupBy(states, (state) => state.key);
  return rows.map((row) => ({
    key: row.key,
    description: row.description,
    owner: row.owner,
    service: row.service,
    createdAt: new Date(row.created_at_ms).toISOString(),
    environments: Object.fromEntries(
      (statesByKey.get(row.key) ?? []).map((state) => [
        state.environment,
        toFlagState(state, inFlight.get(`${state.environment}/${state.key}`)),
      ]),
    ),
  }));
}

export async function readFlagState(db: Reader, environment: string, key: string): Promise<FlagState> {
  const row = await readStateRow(db, environment, key);
  const inFlight = await readInFlight(db, [key]);
  return toFlagState(row, inFlight.get(`${environment}/${key}`));
}

export async function readStateRow(db: Reader, environment: string, key: string): Promise<StateRow> {
  const row = await db
    .selectFrom("flag_state")
    .selectAll()
    .where("environment", "=", environment)
    .where("key", "=", key)
    .executeTakeFirst();
  if (row) return row;
  const known = await db.selectFrom("environment").select("key").where("key", "=", environment).executeTakeFirst();
  if (known) throw flagNotFound(key);
  throw new ProblemError(
    "environment-not-found",
    `There is no environment "${environment}". List them: GET /api/v1/environments, or steadfast environment list.`,
  );
}

/** Rollouts that move these flags now, by `environment/key`. */
export async function readInFlight(db: Reader, keys: readonly string[]): Promise<Map<string, RolloutState>> {
  const rows = await db
    .selectFrom("rollout")
    .select(["environment", "flag", "body"])
    .where("flag", "in", keys)
    .where("is_active", "=", 1)
    .where("state", "in", ["running", "paused"])
    .execute();
  return new Map(rows.map((row) => [`${row.environment}/${row.flag}`, readStoredJson<RolloutState>(row.body)]));
}

function toFlagState(row: StateRow, inFlight: RolloutState | undefined): FlagState {
  const definition = readStoredJson<FlagState["definition"] & FlagDefinition>(row.definition);
  return {
    key: row.key,
    environment: row.environment,
    version: row.version,
    definition,
    updatedAt: new Date(row.updated_at_ms).toISOString(),
    updatedBy: readStoredJson<Actor>(row.updated_by),
    reason: row.reason,
    rolloutId: inFlight?.id ?? null,
    rollout: inFlight ? toFlagRollout(inFlight) : null,
    published: inFlight ? storedAs<FlagState["definition"]>(publishedDefinition(definition, inFlight)) : null,
    warnings: lintFlagDefinition(row.key, definition).map((warning) => `${warning.path}: ${warning.message}`),
  };
}

function toFlagRollout({ id, state, baseline, candidate, share }: RolloutState): NonNullable<FlagState["rollout"]> {
  return { id, state: state === "paused" ? "paused" : "running", baseline: baseline ?? "", candidate, share };
}

/** A version as it was written, with what it changed against `before`. */
export function toFlagVersion(event: StoredEvent, before: StoredEvent | undefined): FlagVersion {
  const written = storedAs<FlagWritten>(event.data);
  const earlier = before ? storedAs<FlagWritten>(before.data).definition : undefined;
  const changes = diffDefinitions(earlier, written.definition);
  return {
    version: event.version,
    seq: event.seq,
    type: event.type,
    definition: storedAs<FlagVersion["definition"]>(written.definition),
    changes: storedAs<FlagVersion["changes"]>(changes),
    at: new Date(event.occurredAtMs).toISOString(),
    actor: event.actor,
    reason: event.reason,
  };
}

export function flagNotFound(key: string): ProblemError {
  return new ProblemError(
    "flag-not-found",
    `There is no flag "${key}". List them: GET /api/v1/flags, or steadfast flag list.`,
  );
}

/** What a rollout needs to know of a flag, in its own transaction. */
export async function readFlagForRollout(
  db: Reader,
  environment: string,
  key: string,
): Promise<{ readonly service: string; readonly definition: FlagDefinition }> {
  const row = await readStateRow(db, environment, key);
  const flag = await db.selectFrom("flag").select("service").where("key", "=", key).executeTakeFirst();
  return { service: flag?.service ?? "", definition: readStoredJson<FlagDefinition>(row.definition) };
}
