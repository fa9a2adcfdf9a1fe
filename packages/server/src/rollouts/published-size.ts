import { joinAudiences } from "@steadfast/core/rollouts/audience";
import type { RolloutRequest } from "@steadfast/core/rollouts/state";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import { ProblemError } from "../http/problem.ts";
import { readActive } from "./read.ts";

/** What may be added to the definitions of one environment, themselves bounded by `SNAPSHOT_BYTES_MAX`. */
const ROLLOUTS_BYTES_MAX = 600_000;

/** A rollout's rule without its names and audiences: about 250 bytes, and the baseline's name. */
const ROLLOUT_RULE_BYTES = 400;

/**
 * Definitions and what rollouts add to them are published in one document, which providers take whole.
 *
 * @throws {ProblemError} `limit-reached`
 */
export async function checkPublishedSize(trx: Transaction<Tables>, request: RolloutRequest): Promise<void> {
  const others = await readActive(trx, { environment: request.environment });
  const bytes = [request, ...others].reduce((sum, rollout) => sum + publishedBytes(rollout), 0);
  if (bytes <= ROLLOUTS_BYTES_MAX) return;
  throw new ProblemError(
    "limit-reached",
    `The active rollouts of ${request.environment} would add more than ${ROLLOUTS_BYTES_MAX} bytes to what providers take in one message: end some first, or shorten the audiences.`,
  );
}

function publishedBytes(rollout: Pick<RolloutRequest, "id" | "flag" | "salt" | "candidate" | "stages">): number {
  const { id, flag, salt, candidate, stages } = rollout;
  return ROLLOUT_RULE_BYTES + Buffer.byteLength(JSON.stringify([id, flag, salt, candidate, joinAudiences(stages)]));
}
