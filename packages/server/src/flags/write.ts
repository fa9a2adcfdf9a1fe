import {
  type FlagDecision,
  type FlagInFlight,
  type FlagPatch,
  patchFlag,
  replaceFlag,
} from "@steadfast/core/flags/decide";
import type { FlagDefinition } from "@steadfast/core/flags/definition";
import { sayFaults } from "@steadfast/core/flags/fault-list";
import { pointer } from "@steadfast/core/flags/json-measure";
import { parseFlagDefinition } from "@steadfast/core/flags/parse";
import type { Transaction } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import { retryOnWriteConflict } from "../http/retry-on-write-conflict.ts";
import type { Provenance, StreamAppend } from "../journal/event.ts";
import type { AppendInTransaction, Journal } from "../journal/journal.ts";
import { toFlagInFlight } from "./in-flight.ts";
import { catalogueStream, type FlagEvent, type FlagWritten, flagStream, toNewEvent } from "./projection.ts";
import { readInFlight, readStateRow } from "./read.ts";

/** gRPC's default message bound is 4 MiB, and a provider takes a snapshot whole: definitions of one environment stay below,
 * with room for what rollouts add. */
export const SNAPSHOT_BYTES_MAX = 3_500_000;

/** `"…":` and `,` around a definition. */
const PUNCTUATION_BYTES_PER_FLAG = 4;

/** Flags that an installation may hold; each stands in every environment. */
export const FLAGS_MAX = 5_000;

export type WrittenFlag = { readonly environment: string; readonly key: string; readonly definition: FlagDefinition };

export type FlagWriteDeps = {
  readonly journal: Journal;
  /** Told inside the transaction what a person wrote, so that the flag's rollouts follow. */
  readonly onWritten: (
    trx: Transaction<Tables>,
    append: AppendInTransaction,
    flag: WrittenFlag,
    provenance: Provenance,
  ) => Promise<void>;
};

export type NewFlag = {
  readonly key: string;
  readonly description: string;
  readonly owner: string;
  readonly service: string;
  readonly definition: object;
  /** What differs from it in an environment. */
  readonly environments: Readonly<
    Record<string, { readonly state?: string | undefined; readonly defaultVariant?: string | null | undefined }>
  >;
};

/** Registers a flag and gives it its first version in every environment. */
export async function createFlag(deps: FlagWriteDeps, flag: NewFlag, provenance: Provenance): Promise<void> {
  const { definition, byEnvironment } = readDefinitions(flag);

  await deps.journal
    .transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const existing = await trx.selectFrom("flag").select("key").where("key", "=", flag.key).executeTakeFirst();
      if (existing) throw flagExists(flag.key);
      const count = await trx.selectFrom("flag").select(trx.fn.countAll<number>().as("flags")).executeTakeFirst();
      if (Number(count?.flags ?? 0) >= FLAGS_MAX)
        throw new ProblemError(
          "limit-reached",
          `There are ${FLAGS_MAX} flags already: remove some that nobody calls any more.`,
        );

      const environments = await trx.selectFrom("environment").select("key").orderBy("key").execute();
      const { key, description, owner, service } = flag;
      const unknown = [...byEnvironment.keys()].find((name) => !environments.some((each) => each.key === name));
      if (unknown !== undefined)
        throw new ProblemError(
          "environment-not-found",
          `There is no environment "${unknown}". List them: GET /api/v1/environments, or steadfast environment list.`,
        );
      const registered: FlagEvent = { type: "flag.registered", data: { key, description, owner, service } };
      const created = environments.map((environment) =>
        creation(environment.key, key, byEnvironment.get(environment.key) ?? definition),
      );
      await append(
        [{ stream: catalogueStream(key), expectedVersion: 0, events: [toNewEvent(registered)] }, ...created],
        provenance,
      );
      for (const environment of environments) await checkSnapshotSize(trx, environment.key);
    })
    .catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === "write-conflict") throw flagExists(flag.key);
      throw error;
    });
}

/** @throws {ProblemError} that names every fault by its place in the request */
function readDefinitions(flag: NewFlag): {
  readonly definition: FlagDefinition;
  readonly byEnvironment: ReadonlyMap<string, FlagDefinition>;
} {
  const definition = parsedOrThrow(flag.definition, "");
  const byEnvironment = Object.entries(flag.environments).map(([environment, differing]): [string, FlagDefinition] => [
    environment,
    parsedOrThrow({ ...flag.definition, ...differing }, pointer("/environments", environment)),
  ]);
  return { definition, byEnvironment: new Map(byEnvironment) };
}

function parsedOrThrow(definition: unknown, path: string): FlagDefinition {
  const parsed = parseFlagDefinition(definition);
  if (parsed.ok) return parsed.value;
  const faults = parsed.faults.map((fault) => ({ ...fault, path: path + fault.path }));
  throw new ProblemError("definition-invalid", sayFaults(faults), { faults });
}

function flagExists(key: string): ProblemError {
  return new ProblemError(
    "flag-exists",
    `A flag "${key}" exists already. Change it with PUT …/flags/${key}, or choose another key.`,
  );
}

function creation(environment: string, key: string, definition: FlagDefinition): StreamAppend {
  const event: FlagEvent = { type: "flag.created", data: { environment, key, definition } };
  return { stream: flagStream(environment, key), expectedVersion: 0, events: [toNewEvent(event)] };
}

/** Gives a new environment the flags of another, as they are there now. */
export async function copyFlags(
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  environments: { readonly from: string; readonly to: string },
  provenance: Provenance,
): Promise<void> {
  const rows = await trx.selectFrom("flag_state").selectAll().where("environment", "=", environments.from).execute();
  const appends = rows.map((row) => creation(environments.to, row.key, readStoredJson<FlagDefinition>(row.definition)));
  if (appends.length > 0) await append(appends, provenance);
}

/** Changes a flag that is still at `expectedVersion`. */
export async function changeFlag(
  deps: FlagWriteDeps,
  flag: { readonly environment: string; readonly key: string; readonly expectedVersion: number | "any" },
  patch: FlagPatch,
  provenance: Provenance,
): Promise<void> {
  await write(deps, flag, provenance, (current, inFlight) => ({
    decision: patchFlag(current, patch, inFlight),
    toEvent: (data) =>
      isSwitchOff(current, data.definition) ? { type: "flag.switched-off", data } : { type: "flag.changed", data },
  }));
}

/** The kill switch: everyone gets the code's default, and the flag's rollout stops. Doing it twice is doing it once. */
export async function switchOffFlag(
  deps: FlagWriteDeps,
  flag: { readonly environment: string; readonly key: string },
  provenance: Provenance,
): Promise<void> {
  await changeFlag(deps, { ...flag, expectedVersion: "any" }, { state: "DISABLED" }, provenance);
}

/** Writes an earlier version's definition as the newest version. */
export async function restoreFlag(
  deps: FlagWriteDeps,
  flag: { readonly environment: string; readonly key: string; readonly expectedVersion: number | "any" },
  version: number,
  provenance: Provenance,
): Promise<void> {
  const [event] = await deps.journal.readStream(flagStream(flag.environment, flag.key), {
    afterVersion: version - 1,
    limit: 1,
  });
  if (!event) throw versionNotFound(flag.key, version);
  const { definition } = storedAs<FlagWritten>(event.data);
  await write(deps, flag, provenance, (current, inFlight) => ({
    decision: replaceFlag(current, definition, inFlight),
    toEvent: (data) => ({ type: "flag.restored", data: { ...data, restoredVersion: version } }),
  }));
}

export function versionNotFound(key: string, version: number): ProblemError {
  return new ProblemError(
    "flag-version-not-found",
    `Flag "${key}" has no version ${version}. List them: steadfast flag history ${key}.`,
  );
}

/** Makes a variant the default because a rollout says so, unless a person changed the default meanwhile. */
export async function setDefaultVariant(
  trx: Transaction<Tables>,
  append: AppendInTransaction,
  to: {
    readonly environment: string;
    readonly flag: string;
    readonly variant: string;
    readonly instead: string;
    readonly rolloutId: string;
  },
  provenance: Provenance,
): Promise<void> {
  const { environment, flag: key, rolloutId } = to;
  const row = await readStateRow(trx, environment, key);
  const current = readStoredJson<FlagDefinition>(row.definition);
  if (current.defaultVariant !== to.instead || !Object.hasOwn(current.variants, to.variant)) return;

  const definition = { ...current, defaultVariant: to.variant };
  const event: FlagEvent = { type: "flag.changed", data: { environment, key, definition, rolloutId } };
  await append(
    [{ stream: flagStream(environment, key), expectedVersion: row.version, events: [toNewEvent(event)] }],
    provenance,
  );
}

type Change = { readonly decision: FlagDecision; readonly toEvent: (data: FlagWritten) => FlagEvent };

async function write(
  deps: FlagWriteDeps,
  flag: { readonly environment: string; readonly key: string; readonly expectedVersion: number | "any" },
  provenance: Provenance,
  change: (current: FlagDefinition, inFlight: FlagInFlight | null) => Change,
): Promise<void> {
  const { environment, key } = flag;
  await retryOnWriteConflict(() =>
    deps.journal.transaction(async (trx, append) => {
      await serialiseWrites(trx);
      const row = await readStateRow(trx, environment, key);
      if (flag.expectedVersion !== "any" && flag.expectedVersion !== row.version)
        throw versionMismatch(row, flag.expectedVersion);
      const current = readStoredJson<FlagDefinition>(row.definition);
      const rollout = (await readInFlight(trx, [key])).get(`${environment}/${key}`);
      const { decision, toEvent } = change(current, toFlagInFlight(rollout));
      if (!decision.ok) throw new ProblemError(decision.code, decision.detail, { faults: decision.faults });
      if (!decision.isChanged) return;

      const event = toEvent({ environment, key, definition: decision.definition });
      await append(
        [{ stream: flagStream(environment, key), expectedVersion: row.version, events: [toNewEvent(event)] }],
        provenance,
      );
      // Nothing stands in the way of the kill switch.
      if (!isSwitchOff(current, decision.definition)) await checkSnapshotSize(trx, environment);
      await deps.onWritten(trx, append, { environment, key, definition: decision.definition }, provenance);
    }),
  );
}

function isSwitchOff(before: FlagDefinition, after: FlagDefinition): boolean {
  return before.state === "ENABLED" && after.state === "DISABLED";
}

function versionMismatch(row: Tables["flag_state"], expected: number): ProblemError {
  const { name } = readStoredJson<Provenance["actor"]>(row.updated_by);
  return new ProblemError(
    "version-mismatch",
    `The flag is at version ${row.version}, not ${expected}: ${name} wrote it at ${new Date(row.updated_at_ms).toISOString()}${row.reason ? ` ("${row.reason}")` : ""}. Read it again, then decide.`,
  );
}

async function checkSnapshotSize(trx: Transaction<Tables>, environment: string): Promise<void> {
  const row = await trx
    .selectFrom("flag_state")
    .select((select) => [
      select.fn.sum<number>(select.fn<number>("octet_length", ["definition"])).as("definitions"),
      select.fn.sum<number>(select.fn<number>("octet_length", ["key"])).as("keys"),
      select.fn.countAll<number>().as("flags"),
    ])
    .where("environment", "=", environment)
    .executeTakeFirst();
  const bytes =
    Number(row?.definitions ?? 0) + Number(row?.keys ?? 0) + Number(row?.flags ?? 0) * PUNCTUATION_BYTES_PER_FLAG;
  if (bytes <= SNAPSHOT_BYTES_MAX) return;
  throw new ProblemError(
    "limit-reached",
    `The flags of ${environment} would take more than ${SNAPSHOT_BYTES_MAX} bytes together: providers could not take them in one message. Remove flags or shorten targeting.`,
  );
}
