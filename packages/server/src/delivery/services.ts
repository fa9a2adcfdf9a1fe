import { repositoryScope, serviceScope, WHERE_IT_RUNS } from "@steadfast/core/delivery/scope";
import type { Kysely } from "kysely";
import { serialiseWrites } from "../db/serialise-writes.ts";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import type { Provenance } from "../journal/event.ts";
import type { Journal } from "../journal/journal.ts";
import { type ServiceSet, serviceStream } from "./events.ts";

/** A company's catalogue; a page lists them all. */
export const SERVICES_MAX = 2_000;

export type Service = ServiceSet & { readonly environments: readonly string[]; readonly isRegistered: boolean };

/**
 * Registers a service, or says anew what it is.
 *
 * @throws {ProblemError} `limit-reached`
 */
export async function setService(journal: Journal, service: ServiceSet, provenance: Provenance): Promise<void> {
  await journal.transaction(async (trx, append) => {
    await serialiseWrites(trx);
    const row = await trx.selectFrom("service").select("version").where("key", "=", service.key).executeTakeFirst();
    if (!row) await refuseTooMany(trx);
    const event = { type: "service.set", data: { ...service, target: service.target ? { ...service.target } : null } };
    const append1 = { stream: serviceStream(service.key), expectedVersion: row?.version ?? 0, events: [event] };
    await append([append1], provenance);
  });
}

/** By key: those that were registered, those that have flags, and those that something was told about. */
export async function readServices(db: Kysely<Tables>): Promise<Service[]> {
  const [registered, flags, told] = await Promise.all([
    db.selectFrom("service").selectAll().execute(),
    db.selectFrom("flag").select("service").distinct().where("service", "!=", "").execute(),
    db.selectFrom("delivery_scope").selectAll().execute(),
  ]);
  const services = new Map<string, ServiceSet>(registered.map((row) => [row.key, toService(row)]));
  const seen = told.flatMap(({ scope }) => (scope.startsWith("service/") ? [scope.slice("service/".length)] : []));
  for (const key of [...flags.map((row) => row.service), ...seen]) {
    if (!services.has(key)) services.set(key, { key, name: key, owner: "", repositories: [], target: null });
  }
  const isRegistered = new Set(registered.map((row) => row.key));
  return [...services.values()]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, SERVICES_MAX)
    .map((each) => ({ ...each, environments: environmentsOf(each, told), isRegistered: isRegistered.has(each.key) }));
}

/** @throws {ProblemError} `service-not-found` */
export async function readService(db: Kysely<Tables>, key: string): Promise<Service> {
  const service = (await readServices(db)).find((each) => each.key === key);
  if (service) return service;
  throw new ProblemError(
    "service-not-found",
    `There is no service "${key}". Register it: PUT /api/v1/services/${key}, or tell of a deployment of it.`,
  );
}

function toService(row: Tables["service"]): ServiceSet {
  return { key: row.key, ...readStoredJson<Omit<ServiceSet, "key">>(row.body) };
}

function environmentsOf(
  service: ServiceSet,
  told: readonly { readonly scope: string; readonly environment: string }[],
): string[] {
  const scopes = new Set([serviceScope(service.key), ...service.repositories.map(repositoryScope)]);
  const environments = told.flatMap(({ scope, environment }) =>
    scopes.has(scope) && environment !== "" && environment !== WHERE_IT_RUNS ? [environment] : [],
  );
  return [...new Set(environments)].sort();
}

async function refuseTooMany(db: Kysely<Tables>): Promise<void> {
  const { count } = await db
    .selectFrom("service")
    .select((select) => select.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (Number(count) < SERVICES_MAX) return;
  throw new ProblemError("limit-reached", `There are ${SERVICES_MAX} services already, which is the limit.`);
}
