import type { Kysely } from "kysely";
import type { z } from "zod";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "./event.ts";
import type { subject as subjectSchema } from "./schemas.ts";

/** What an event is about, by the name that people know. */
export type Subject = z.infer<typeof subjectSchema>;

/** The subjects of these events' streams: one read for the rollouts among them, one for the tokens. */
export async function readSubjects(
  db: Kysely<Tables>,
  events: readonly Pick<StoredEvent, "stream">[],
): Promise<ReadonlyMap<string, Subject>> {
  const streams = [...new Set(events.map(({ stream }) => stream))];
  const [rollouts, tokens] = await Promise.all([
    readRolloutNames(db, idsOf(streams, "rollout/")),
    readTokenNames(db, idsOf(streams, "token/")),
  ]);
  return new Map(streams.map((stream) => [stream, subjectOf(stream, rollouts, tokens)]));
}

type RolloutName = { readonly environment: string; readonly flag: string };

function subjectOf(
  stream: string,
  rollouts: ReadonlyMap<string, RolloutName>,
  tokens: ReadonlyMap<string, string>,
): Subject {
  const [noun, first = "", second] = stream.split("/");
  switch (noun) {
    case "rollout": {
      const known = rollouts.get(first);
      return { kind: "rollout", id: first, name: known?.flag ?? first, environment: known?.environment ?? null };
    }
    case "flag":
      return second === undefined
        ? { kind: "flag", id: first, name: first, environment: null }
        : { kind: "flag", id: second, name: second, environment: first };
    case "environment":
      return { kind: "environment", id: first, name: first, environment: first };
    case "token":
      return { kind: "token", id: first, name: tokens.get(first) ?? first, environment: null };
    default:
      return { kind: "other", id: stream, name: stream, environment: null };
  }
}

function idsOf(streams: readonly string[], prefix: string): string[] {
  return streams.filter((stream) => stream.startsWith(prefix)).map((stream) => stream.slice(prefix.length));
}

async function readRolloutNames(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, RolloutName>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("rollout").select(["id", "environment", "flag"]).where("id", "in", ids).execute();
  return new Map(rows.map(({ id, environment, flag }) => [id, { environment, flag }]));
}

async function readTokenNames(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("token").select(["id", "name"]).where("id", "in", ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}
