import { serviceScope } from "@steadfast/core/delivery/scope";
import type { Told } from "@steadfast/core/delivery/told";
import type { Transaction } from "kysely";
import { readStoredJson, storedAs } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import type { StoredEvent } from "../journal/event.ts";
import { insertTellings } from "./tellings.ts";

/** How facts name this server as their source. */
export const OWN_SOURCE = "steadfast";

type DeploymentTold = Extract<Told, { kind: "deployment" }>["told"];
type Requested = {
  readonly environment: string;
  readonly flag: string;
  readonly service: string;
  readonly candidate: string;
};

/**
 * A rollout of a flag is a deployment of its service that ships no commits: it reached users when it completed, or, where it was taken back before, when it
 * started; what took it back is a deployment of its own that remedies it. A flag without a service belongs to nobody, and is told to nobody.
 */
export async function tellRollout(trx: Transaction<Tables>, event: StoredEvent): Promise<void> {
  const id = event.stream.slice("rollout/".length);
  if (event.type === "rollout.requested") {
    const { environment, flag, service, candidate } = storedAs<Requested>(event.data);
    if (service === "") return;
    const told = { service, environment, kind: "flag" as const, name: `${flag} → ${candidate}`, finishedAtMs: null };
    return tell(trx, event, { id, service, environment }, told);
  }
  const said = toldOf(event);
  if (said === undefined) return;
  const rollout = await readRollout(trx, id);
  if (rollout === undefined) return;
  if (event.type !== "rollout.rolled-back") return tell(trx, event, rollout, said);

  const { service, environment, name, startedAtMs, finishedAtMs } = rollout;
  const reachedUsersAtMs = finishedAtMs ?? startedAtMs ?? event.occurredAtMs;
  await tell(trx, event, rollout, { finishedAtMs: reachedUsersAtMs, outcome: "succeeded" });
  await tell(
    trx,
    event,
    { ...rollout, id: `${id}/rollback` },
    {
      ...{ service, environment, kind: "flag", name: `${name} taken back` },
      ...{ startedAtMs: event.occurredAtMs, finishedAtMs: event.occurredAtMs },
      ...{ outcome: "succeeded", isPlanned: false, isRollback: true, rollsBack: id, remediates: [id] },
    },
  );
}

function toldOf(event: StoredEvent): DeploymentTold | undefined {
  switch (event.type) {
    case "rollout.started":
      return { startedAtMs: event.occurredAtMs };
    case "rollout.completed":
      return { finishedAtMs: event.occurredAtMs, outcome: "succeeded" };
    case "rollout.stopped":
      return { finishedAtMs: event.occurredAtMs, outcome: "aborted" };
    case "rollout.rolled-back":
      return {};
    default:
      return undefined;
  }
}

type Subject = { readonly id: string; readonly service: string; readonly environment: string };

async function tell(trx: Transaction<Tables>, event: StoredEvent, on: Subject, told: DeploymentTold): Promise<void> {
  const telling = { kind: "deployment" as const, subject: on.id, source: OWN_SOURCE, messageId: event.id };
  const scoped = { scope: serviceScope(on.service), environment: on.environment };
  const tellings = [{ ...telling, ...scoped, atMs: event.occurredAtMs, told }];
  await insertTellings(trx, [{ tellings, recordedAtMs: event.occurredAtMs }]);
}

async function readRollout(
  trx: Transaction<Tables>,
  id: string,
): Promise<(Subject & { name: string; startedAtMs: number | null; finishedAtMs: number | null }) | undefined> {
  const rows = await trx
    .selectFrom("delivery_telling")
    .select("told")
    .where("source", "=", OWN_SOURCE)
    .where("kind", "=", "deployment")
    .where("subject", "=", id)
    .orderBy("at_ms")
    .execute();
  const told: DeploymentTold = Object.assign({}, ...rows.map((row) => readStoredJson<DeploymentTold>(row.told)));
  const { service, environment, name = id, startedAtMs = null, finishedAtMs = null } = told;
  return service === undefined || environment === undefined
    ? undefined
    : { id, service, environment, name, startedAtMs, finishedAtMs };
}
