import { createHash } from "node:crypto";
import { compileFlagSet, type FlagSet } from "@steadfast/core/flags/compile";
import type { FlagDefinition, FlagDocument } from "@steadfast/core/flags/definition";
import type { RolloutState } from "@steadfast/core/rollouts/state";
import type { Database } from "../db/database.ts";
import { readStoredJson } from "../db/stored-json.ts";
import { STREAM_BUFFER_BYTES_MAX, STREAM_HEARTBEAT_MS } from "../http/limits.ts";
import { createBroadcast, sseFrame } from "../http/server-sent-events.ts";
import type { StoredEvent } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { composeSnapshot } from "./compose.ts";
import { PUBLISHING_EVENTS, publishedEnvironment, readSnapshotMark } from "./projection.ts";

/** One environment, compiled and ready to answer and to publish. */
export type Snapshot = {
  readonly environment: string;
  readonly version: number;
  /** Strong, from the content. */
  readonly etag: string;
  readonly json: string;
  /** What a stream sends: one buffer for all of its consumers. */
  readonly frame: Buffer;
  readonly flagSet: FlagSet;
  readonly flags: ReadonlyMap<string, { readonly service: string; readonly variants: ReadonlySet<string> }>;
};

export type Snapshots = {
  get(environment: string): Snapshot | undefined;
  environments(): ReadonlySet<string>;
  stream(environment: string): ReturnType<typeof createBroadcast> | undefined;
  openStreams(): number;
  close(): void;
};

/**
 * Keeps every environment's snapshot current from the journal and pushes each change to its streams.
 * Evaluation reads only memory.
 */
export async function createSnapshots(deps: {
  readonly database: Database;
  readonly journal: Journal;
  readonly onPublished?: (snapshot: Snapshot) => void;
}): Promise<Snapshots> {
  const byEnvironment = new Map<string, Snapshot>();
  const environments = new Set<string>();
  const streams = new Map<string, ReturnType<typeof createBroadcast>>();

  const publish = async (environment: string): Promise<void> => {
    const snapshot = await readSnapshot(deps.database, environment);
    if (byEnvironment.get(environment)?.etag === snapshot.etag) return;
    byEnvironment.set(environment, snapshot);
    environments.add(environment);
    const stream =
      streams.get(environment) ??
      createBroadcast({ maxBufferedBytes: STREAM_BUFFER_BYTES_MAX, heartbeatMs: STREAM_HEARTBEAT_MS });
    streams.set(environment, stream);
    stream.send(snapshot.frame);
    deps.onPublished?.(snapshot);
  };

  const fromSeq = await deps.journal.headSeq();
  for (const { key } of await deps.database.db.selectFrom("environment").select("key").execute()) await publish(key);

  const onEvents = async (events: readonly StoredEvent[]) => {
    const touched = new Set(events.flatMap((event) => publishedEnvironment(event) ?? []));
    // One environment that cannot be published must not keep a kill switch in another from its users.
    const published = await Promise.allSettled([...touched].map(publish));
    for (const result of published) if (result.status === "rejected") throw result.reason;
  };
  const stop = deps.journal.tail(fromSeq, onEvents, PUBLISHING_EVENTS);

  return {
    get: (environment) => byEnvironment.get(environment),
    environments: () => environments,
    stream: (environment) => streams.get(environment),
    openStreams: () => [...streams.values()].reduce((sum, stream) => sum + stream.size(), 0),
    close: () => {
      stop();
      for (const stream of streams.values()) stream.close();
    },
  };
}

async function readSnapshot(database: Database, environment: string): Promise<Snapshot> {
  const { mark, states, rollouts } = await database.readAtOneMoment(async (trx) => ({
    mark: await readSnapshotMark(trx, environment),
    states: await trx
      .selectFrom("flag_state")
      .innerJoin("flag", "flag.key", "flag_state.key")
      .select(["flag_state.key", "flag_state.definition", "flag.service"])
      .where("flag_state.environment", "=", environment)
      .orderBy("flag_state.key")
      .execute(),
    rollouts: await trx
      .selectFrom("rollout")
      .select("body")
      .where("environment", "=", environment)
      .where("is_active", "=", 1)
      .where("state", "in", ["running", "paused"])
      .execute(),
  }));

  const definitions = new Map(states.map((row) => [row.key, readStoredJson<FlagDefinition>(row.definition)]));
  const inFlight = rollouts.map((row) => readStoredJson<RolloutState>(row.body));
  const { version } = mark;
  const document: FlagDocument = composeSnapshot(environment, version, definitions, inFlight);
  const json = JSON.stringify(document);
  const etag = `"${createHash("sha256").update(json).digest("base64url").slice(0, 22)}"`;
  return {
    environment,
    version,
    etag,
    json,
    frame: sseFrame({
      event: "snapshot",
      id: String(version),
      data: `{"version":${version},"etag":${JSON.stringify(etag)},"snapshot":${json}}`,
    }),
    flagSet: compileFlagSet(document),
    flags: new Map(
      states.map((row) => [
        row.key,
        { service: row.service, variants: new Set(Object.keys(definitions.get(row.key)?.variants ?? {})) },
      ]),
    ),
  };
}
