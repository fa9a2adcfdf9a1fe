import { type ExpressionBuilder, sql } from "kysely";
import type { Tables } from "../db/tables.ts";

/** Which events somebody looks at; what is left out does not narrow. */
export type EventFilter = {
  readonly stream?: string | undefined;
  /** Whole types, or prefixes that end with a dot; any of them. */
  readonly types?: readonly string[] | undefined;
  /** Only what belongs to this environment: its own stream, its flags, its rollouts. */
  readonly environment?: string | null | undefined;
  /** A flag's key: its catalogue entry, its state in each environment, its rollouts. */
  readonly flag?: string | undefined;
  /** An actor's id. */
  readonly actor?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** A part of the reason, whatever the case. No index serves it. */
  readonly text?: string | undefined;
};

type Where = ExpressionBuilder<Tables, "event">;

export function matches(where: Where, filter: EventFilter) {
  const { stream, types, environment, flag, actor, fromMs, toMs, text } = filter;
  return where.and([
    ...(stream === undefined ? [] : [where("stream", "=", stream)]),
    ...(types === undefined ? [] : [where.or(types.map((type) => isOfType(where, type)))]),
    ...(typeof environment === "string" ? [belongsTo(where, environment)] : []),
    ...(flag === undefined ? [] : [concernsFlag(where, flag)]),
    ...(actor === undefined ? [] : [where("actor_id", "=", actor)]),
    ...(fromMs === undefined ? [] : [where("occurred_at_ms", ">=", fromMs)]),
    ...(toMs === undefined ? [] : [where("occurred_at_ms", "<=", toMs)]),
    ...(text === undefined ? [] : [contains(where, text)]),
  ]);
}

function isOfType(where: Where, type: string) {
  return type.endsWith(".") ? startsWith(where, "type", type) : where("type", "=", type);
}

function belongsTo(where: Where, environment: string) {
  return where.or([
    where("stream", "=", `environment/${environment}`),
    startsWith(where, "stream", `flag/${environment}/`),
    where("stream", "in", rolloutStreams(where).where("rollout.environment", "=", environment)),
  ]);
}

function concernsFlag(where: Where, flag: string) {
  const states = where
    .selectFrom("environment")
    .select((select) =>
      select(select.val("flag/"), "||", select(select.ref("key"), "||", select.val(`/${flag}`))).as("stream"),
    );
  return where.or([
    where("stream", "=", `flag/${flag}`),
    where("stream", "in", states),
    where("stream", "in", rolloutStreams(where).where("rollout.flag", "=", flag)),
  ]);
}

function rolloutStreams(where: Where) {
  return where
    .selectFrom("rollout")
    .select((select) => select(select.val("rollout/"), "||", select.ref("id")).as("stream"));
}

/** By range, which an index serves: text compares by bytes on both engines, and no key reaches U+FFFF. */
function startsWith(where: Where, column: "stream" | "type", prefix: string) {
  return where.and([where(column, ">=", prefix), where(column, "<", `${prefix}\u{ffff}`)]);
}

function contains(where: Where, text: string) {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`lower(${where.ref("reason")}) like ${pattern} escape '\\'`;
}
