import { type ApiClient, resultOf } from "../client.ts";
import type { DecisionRecord } from "../types.ts";

/** Stored are changes of verdict only: a rollout has some dozens. */
const DECISIONS_MAX = 10_000;
const PAGE_LIMIT = 100;

/** Every stored decision of a rollout, oldest first. */
export async function readDecisions(api: ApiClient, id: string): Promise<readonly DecisionRecord[]> {
  const decisions: DecisionRecord[] = [];
  let after: string | null = null;
  do {
    const query = { limit: PAGE_LIMIT, ...(after === null ? {} : { after: Number(after) }) };
    const page: { items: DecisionRecord[]; next: string | null } = await resultOf(
      api.GET("/api/v1/rollouts/{id}/decisions", { params: { path: { id }, query } }),
    );
    decisions.push(...page.items);
    after = page.next;
  } while (after !== null && decisions.length < DECISIONS_MAX);
  return decisions;
}

/** The last few, oldest first. The API pages from the oldest on, so all are read. */
export async function readLatestDecisions(
  api: ApiClient,
  id: string,
  count: number,
): Promise<readonly DecisionRecord[]> {
  return (await readDecisions(api, id)).slice(-count);
}
