import type { AdmissionFacts } from "@steadfast/core/rollouts/admission";
import { joinAudiences } from "@steadfast/core/rollouts/audience";
import type { RolloutRequest, RolloutState } from "@steadfast/core/rollouts/state";
import type { Kysely } from "kysely";
import { readStoredJson } from "../db/stored-json.ts";
import type { Tables } from "../db/tables.ts";
import { readActive } from "./read.ts";

/** The newest are enough: two of the same value are too many already. */
const ENDED_LOOKED_AT = 50;

/** A rollout's rule without its names and audiences: about 250 bytes, and the baseline's name. */
const ROLLOUT_RULE_BYTES = 400;

/** What decides whether a rollout is admitted; read alike for the real start and for its preview. */
export async function readAdmissionFacts(db: Kysely<Tables>, request: RolloutRequest): Promise<AdmissionFacts> {
  const active = await db
    .selectFrom("rollout")
    .select(db.fn.countAll<number>().as("rollouts"))
    .where("is_active", "=", 1)
    .executeTakeFirst();
  const others = await readActive(db, { environment: request.environment });
  return {
    activeRollouts: Number(active?.rollouts ?? 0),
    publishedBytes: [request, ...others].reduce((sum, rollout) => sum + publishedBytes(rollout), 0),
    rollbacksAtMs: await readRollbacks(db, request),
  };
}

/** When earlier rollouts of this candidate, with this value, were rolled back; one that completed since has settled it. */
export async function readRollbacks(
  db: Kysely<Tables>,
  request: Pick<RolloutRequest, "environment" | "flag" | "candidate" | "candidateValue">,
): Promise<number[]> {
  const ended = await db
    .selectFrom("rollout")
    .select(["state", "body", "ended_at_ms"])
    .where("environment", "=", request.environment)
    .where("flag", "=", request.flag)
    .where("candidate", "=", request.candidate)
    .where("state", "in", ["rolled-back", "completed"])
    .orderBy("ended_at_ms", "desc")
    .limit(ENDED_LOOKED_AT)
    .execute();
  const ofValue = ended.filter(
    (row) => readStoredJson<RolloutState>(row.body).candidateValue === request.candidateValue,
  );
  const settled = ofValue.findIndex((row) => row.state === "completed");
  return (settled === -1 ? ofValue : ofValue.slice(0, settled)).map((row) => row.ended_at_ms ?? 0);
}

/** What a rollout adds to the document that providers take whole. */
function publishedBytes(rollout: Pick<RolloutRequest, "id" | "flag" | "salt" | "candidate" | "stages">): number {
  const { id, flag, salt, candidate, stages } = rollout;
  return ROLLOUT_RULE_BYTES + Buffer.byteLength(JSON.stringify([id, flag, salt, candidate, joinAudiences(stages)]));
}
