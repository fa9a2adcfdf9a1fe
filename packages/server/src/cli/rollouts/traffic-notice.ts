import type { ApiClient } from "../client.ts";
import type { Rollout } from "../types.ts";

/** Requests longer ago than this say little about what the rollout will see. */
const RECENT_SECONDS = 60;

/**
 * A sentence for a rollout of whose flag nothing has arrived lately: it would freeze, and its starter should know at once.
 *
 * @returns `undefined` when requests arrive, or when this token may not know
 */
export async function trafficNotice(api: ApiClient, rollout: Rollout): Promise<string | undefined> {
  const { environment, flag } = rollout;
  const { data } = await api.GET("/api/v1/environments/{environment}/telemetry", { params: { path: { environment } } });
  if (data === undefined) return undefined;
  const sources = new Set(rollout.guard.signals.map(({ source }) => source));
  const missing = [...sources].filter(
    (source) =>
      !data.items.some((item) => item.flag === flag && item.source === source && item.lastSecondsAgo <= RECENT_SECONDS),
  );
  if (missing.length === 0) return undefined;
  const where = environment === "production" ? "" : ` --environment ${environment}`;
  return `No ${missing.join(" or ")} of ${flag} have arrived in ${environment} lately: without them it freezes. See what arrives: steadfast telemetry${where}`;
}
