import { repositoryScope, serviceScope } from "@steadfast/core/delivery/scope";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { FactsOf } from "./read.ts";
import type { Service } from "./services.ts";

const PRODUCTION = "production";
/** Regions: each is a question. */
const LIKE_PRODUCTION_MAX = 20;

/** What to read of a service in an environment. */
export async function factsOf(db: Kysely<Tables>, service: Service, environment: string): Promise<FactsOf> {
  const { key, repositories } = service;
  return { service: key, environment, repositories, isWhereItRuns: await isWhereItRuns(db, service, environment) };
}

/**
 * An incident of which nobody said where it was (an issue names no environment) was where users are: in `production`; of a service that was never deployed there, in those environments
 * whose names begin like it (`prod`, `production-eu`); and without any such, in each. It is always somewhere where somebody looks.
 */
async function isWhereItRuns(db: Kysely<Tables>, service: Service, environment: string): Promise<boolean> {
  if (await isDeployed(db, service, PRODUCTION)) return environment === PRODUCTION;
  const alike = service.environments.filter((each) => each !== PRODUCTION && /^prod/.test(each));
  const deployed = [];
  for (const each of alike.slice(0, LIKE_PRODUCTION_MAX)) if (await isDeployed(db, service, each)) deployed.push(each);
  return deployed.length === 0 || deployed.includes(environment);
}

/** What else is told for one environment alone are incidents, and these are few: the first deployment is found at once, or that there is none. */
async function isDeployed(db: Kysely<Tables>, service: Service, environment: string): Promise<boolean> {
  const scopes = [serviceScope(service.key), ...service.repositories.map(repositoryScope)];
  const row = await db
    .selectFrom("delivery_telling")
    .select("subject")
    .where("scope", "in", [...new Set(scopes)])
    .where("environment", "=", environment)
    .where("kind", "=", "deployment")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
