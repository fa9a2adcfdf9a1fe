import { repositoryScope, serviceScope } from "@steadfast/core/delivery/scope";
import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { Service } from "./services.ts";

export type ToldEnvironment = {
  readonly environment: string;
  readonly tellings: number;
  readonly lastToldAtMs: number;
};

/** Where something was told of a service or its repositories, and how much: the most first. It counts in the index, about 50 ms for a million. */
export async function readToldEnvironments(db: Kysely<Tables>, service: Service): Promise<ToldEnvironment[]> {
  if (service.environments.length === 0) return [];
  const rows = await db
    .selectFrom("delivery_telling")
    .select(["environment", sql<number>`count(*)`.as("tellings")])
    .select((eb) => eb.fn.max("recorded_at_ms").as("lastToldAtMs"))
    .where("scope", "in", [serviceScope(service.key), ...service.repositories.map(repositoryScope)])
    .where("environment", "in", service.environments)
    .groupBy("environment")
    .execute();
  return rows
    .map(({ environment, tellings, lastToldAtMs }) => ({
      ...{ environment, tellings: Number(tellings), lastToldAtMs: Number(lastToldAtMs) },
    }))
    .sort((a, b) => b.tellings - a.tellings || (a.environment < b.environment ? -1 : 1));
}
