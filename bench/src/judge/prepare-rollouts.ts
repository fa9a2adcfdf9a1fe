import { ensureFirstStart } from "../../../packages/server/src/access/first-start.ts";
import { accessProjector } from "../../../packages/server/src/access/projection.ts";
import type { Database } from "../../../packages/server/src/db/database.ts";
import { flagProjector } from "../../../packages/server/src/flags/projection.ts";
import { newId } from "../../../packages/server/src/http/ids.ts";
import type { NewEvent } from "../../../packages/server/src/journal/event.ts";
import { createJournal, type Journal } from "../../../packages/server/src/journal/journal.ts";
import { createJudge, type Judge, type JudgeDeps } from "../../../packages/server/src/rollouts/judge.ts";
import { rolloutProjector } from "../../../packages/server/src/rollouts/projection.ts";
import { startRolloutBody } from "../../../packages/server/src/rollouts/schemas.ts";
import { requestRollout } from "../../../packages/server/src/rollouts/start.ts";
import { snapshotProjector } from "../../../packages/server/src/snapshots/projection.ts";

export const ENVIRONMENT = "production";
export const flagKey = (index: number) => `flag-${index}`;
const PROVENANCE = { actor: { kind: "system", id: "bench", name: "the benchmark" }, reason: "a benchmark" } as const;
const ROLLOUT_SHARE = 0.1;
/** One transaction each: an insert has a bound of parameters. */
const ROLLOUTS_PER_APPEND = 100;

const DEFINITION = { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off" } as const;

export type JudgeParts = Pick<
  JudgeDeps,
  "claim" | "stillHeld" | "takeArrivals" | "discardArrivals" | "readHistory" | "log"
>;

export type Prepared = { readonly journal: Journal; readonly judge: Judge };

/**
 * Fills an empty store with flags and as many running rollouts in dry run: one is started as a person would, the others are
 * its events under other names, because starting a thousand one after the other is not what is measured.
 */
export async function prepareRollouts(
  database: Database,
  count: number,
  adminToken: string,
  parts: JudgeParts,
): Promise<Prepared> {
  const projectors = [accessProjector, flagProjector, rolloutProjector, snapshotProjector];
  const journal = await createJournal({ database, projectors, nowMs: Date.now, newId });
  await ensureFirstStart({ journal, newId }, { adminToken });
  const flags = Array.from({ length: count }, (_, index) => flagKey(index));
  for (let start = 0; start < count; start += ROLLOUTS_PER_APPEND)
    await journal.append(flags.slice(start, start + ROLLOUTS_PER_APPEND).flatMap(flagAppends), PROVENANCE);

  const deps: JudgeDeps = {
    database,
    journal,
    nowMs: Date.now,
    newRolloutId: () => newId("rol"),
    readFlag: async () => ({ service: "", definition: DEFINITION }),
    writeFlagDefault: async () => {},
    ...parts,
  };
  const body = startRolloutBody.parse({
    kind: "flag",
    environment: ENVIRONMENT,
    flag: flagKey(0),
    candidate: "on",
    mode: "dry-run",
    reason: PROVENANCE.reason,
    stages: [
      { share: ROLLOUT_SHARE, minSeconds: 86_400 },
      { share: 1, minSeconds: 0 },
    ],
  });
  await requestRollout(deps, body, PROVENANCE);
  const { id = "" } = (await database.db.selectFrom("rollout").select("id").executeTakeFirst()) ?? {};
  const first = (await journal.readStream(`rollout/${id}`)).map(({ type, data }): NewEvent => ({ type, data }));
  for (let start = 1; start < count; start += ROLLOUTS_PER_APPEND) {
    const copies = flags.slice(start, start + ROLLOUTS_PER_APPEND).map((flag) => copyOf(first, id, flag));
    await journal.append(copies, PROVENANCE);
  }
  return { journal, judge: createJudge(deps) };
}

function flagAppends(key: string) {
  const registered = { type: "flag.registered", data: { key, description: "", owner: "bench", service: "" } };
  const created = { type: "flag.created", data: { environment: ENVIRONMENT, key, definition: DEFINITION } };
  return [
    { stream: `flag/${key}`, expectedVersion: 0, events: [registered] },
    { stream: `flag/${ENVIRONMENT}/${key}`, expectedVersion: 0, events: [created] },
  ];
}

function copyOf(events: readonly NewEvent[], id: string, flag: string) {
  const copyId = newId("rol");
  const text = JSON.stringify(events)
    .replaceAll(id, copyId)
    .replaceAll(`"${flagKey(0)}"`, `"${flag}"`);
  const copies: NewEvent[] = JSON.parse(text);
  return { stream: `rollout/${copyId}`, expectedVersion: 0, events: copies };
}
