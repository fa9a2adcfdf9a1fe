import { attributesOf } from "@steadfast/core/flags/attributes";
import type { FlagDefinition } from "@steadfast/core/flags/definition";
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import { type Flag, type Reader, withStates } from "./read.ts";

/** Names offered to filter by, and attributes to complete: more than these nobody scrolls through. */
const NAMES_MAX = 500;

export const FLAG_SORTS = ["key", "changed", "owner", "service"] as const;
export const FLAG_STATES = ["on", "off", "in-rollout"] as const;

export type FlagListQuery = {
  readonly search: string;
  readonly owner?: string | undefined;
  readonly service?: string | undefined;
  readonly state?: (typeof FLAG_STATES)[number] | undefined;
  /** Whose state and last change count; absent: any. */
  readonly in?: string | undefined;
  readonly sort: (typeof FLAG_SORTS)[number];
  readonly after: string;
  readonly limit: number;
  /** Only what a bound token may see; `null`: every environment. */
  readonly environment: string | null;
};

/** Written by `JSON.stringify` of a parsed definition, whose first field is its state. */
const TEXT_OF_DISABLED = '{"state":"DISABLED"%';

/**
 * A page of the catalogue. The newest change comes first by `changed`, else names from A; flags of one name or moment by
 * key. Four queries, whatever the page holds.
 */
export async function readFlags(
  db: Reader,
  query: FlagListQuery,
): Promise<{ items: Flag[]; next: string | null; total: number }> {
  const scope = query.environment ?? query.in;
  const matching = db
    .selectFrom("flag")
    .where((where) => where.and(conditions(where, query, scope)))
    .select(["key", "description", "owner", "service", "created_at_ms"])
    .select((select) =>
      select
        .selectFrom("flag_state")
        .select((inner) => inner.fn.max("updated_at_ms").as("at"))
        .whereRef("flag_state.key", "=", "flag.key")
        .$if(scope !== undefined, (states) => states.where("flag_state.environment", "=", scope ?? ""))
        .as("changed_at_ms"),
    );
  const cursor = query.after === "" ? undefined : readCursor(query.after, query.sort);
  const column = query.sort === "changed" ? "changed_at_ms" : query.sort;
  const rows = await db
    .selectFrom(matching.as("listed"))
    .selectAll()
    .$if(cursor !== undefined, (select) =>
      select.where((where) => {
        const [value, key] = cursor ?? ["", ""];
        const isFurther = where(column, query.sort === "changed" ? "<" : ">", value);
        return where.or([isFurther, where.and([where(column, "=", value), where("key", ">", key)])]);
      }),
    )
    .orderBy(column, query.sort === "changed" ? "desc" : "asc")
    .orderBy("key")
    .limit(query.limit + 1)
    .execute();
  const counted = await db
    .selectFrom("flag")
    .where((where) => where.and(conditions(where, query, scope)))
    .select((select) => select.fn.countAll<number>().as("flags"))
    .executeTakeFirst();

  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  const next = last ? (query.sort === "key" ? last.key : writeCursor([last[column] ?? 0, last.key])) : null;
  return { items: await withStates(db, page, query.environment), next, total: Number(counted?.flags ?? 0) };
}

function conditions(
  where: ExpressionBuilder<Tables, "flag">,
  query: FlagListQuery,
  scope: string | undefined,
): Expression<SqlBool>[] {
  const wanted: Expression<SqlBool>[] = [];
  if (query.search !== "") {
    const pattern = `%${escapeLike(query.search.toLowerCase())}%`;
    const columns = ["key", "description", "owner", "service"] as const;
    wanted.push(
      where.or(columns.map((column) => where(where.fn<string>("lower", [`flag.${column}`]), "like", pattern))),
    );
  }
  if (query.owner !== undefined) wanted.push(where("flag.owner", "=", query.owner));
  if (query.service !== undefined) wanted.push(where("flag.service", "=", query.service));
  if (query.state === "in-rollout") {
    const inFlight = where
      .selectFrom("rollout")
      .select(sql.lit(1).as("one"))
      .whereRef("rollout.flag", "=", "flag.key")
      .where("rollout.state", "in", ["running", "paused"])
      .$if(scope !== undefined, (rollouts) => rollouts.where("rollout.environment", "=", scope ?? ""));
    wanted.push(where.exists(inFlight));
  } else if (query.state !== undefined) {
    const states = where
      .selectFrom("flag_state")
      .select(sql.lit(1).as("one"))
      .whereRef("flag_state.key", "=", "flag.key")
      .where("flag_state.definition", query.state === "off" ? "like" : "not like", TEXT_OF_DISABLED)
      .$if(scope !== undefined, (rows) => rows.where("flag_state.environment", "=", scope ?? ""));
    wanted.push(where.exists(states));
  }
  return wanted;
}

/** `%` and `_` would match anything; they are rare in what people look for, so they match nothing special. */
function escapeLike(search: string): string {
  return search.replaceAll(/[%_\\]/g, "");
}

type Cursor = readonly [value: string | number, key: string];

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function readCursor(after: string, sort: FlagListQuery["sort"]): Cursor {
  if (sort === "key") return [after, after];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(after, "base64url").toString());
    const [value, key]: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
    if (typeof value === (sort === "changed" ? "number" : "string") && typeof key === "string") {
      return [typeof value === "number" ? value : String(value), key];
    }
  } catch {
    // Told below: it is not one of ours either way.
  }
  throw new ProblemError("invalid-request", "after is not a cursor of this list. Pass next of the page before.", {
    faults: [{ path: "query/after", message: "is not a cursor of this list" }],
  });
}

type NameCount = { name: string; flags: number };

/** Owners and services by name, each with its number of flags. */
export async function readFlagFacets(db: Reader): Promise<{ owners: NameCount[]; services: NameCount[] }> {
  const countBy = async (column: "owner" | "service") => {
    const rows = await db
      .selectFrom("flag")
      .select((select) => [select.ref(column).as("name"), select.fn.countAll<number>().as("flags")])
      .where(column, "<>", "")
      .groupBy(column)
      .orderBy(column)
      .limit(NAMES_MAX)
      .execute();
    return rows.map(({ name, flags }) => ({ name, flags: Number(flags) }));
  };
  return { owners: await countBy("owner"), services: await countBy("service") };
}

/**
 * Attributes of the context that targeting in an environment looks at, the most used first: what may be completed.
 * Read from the definitions, since what services send as context is never kept.
 */
export async function readContextKeys(db: Reader, environment: string): Promise<{ items: NameCount[] }> {
  const rows = await db
    .selectFrom("flag_state")
    .select("definition")
    .where("environment", "=", environment)
    .where("definition", "like", '%"targeting":%')
    .execute();
  const flagsByName = new Map<string, number>();
  for (const row of rows) {
    const { targeting } = readStoredJson<FlagDefinition>(row.definition);
    for (const name of attributesOf(targeting)) flagsByName.set(name, (flagsByName.get(name) ?? 0) + 1);
  }
  const items = [...flagsByName].map(([name, flags]) => ({ name, flags }));
  items.sort((a, b) => b.flags - a.flags || (a.name < b.name ? -1 : 1));
  return { items: items.slice(0, NAMES_MAX) };
}
