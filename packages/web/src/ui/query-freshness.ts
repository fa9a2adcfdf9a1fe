import type { UseQueryResult } from "@tanstack/react-query";
import type { Freshness } from "../api/freshness.ts";

/** The freshness of what is asked for again and again, in the words of what is streamed. */
export function freshnessOf({
  dataUpdatedAt,
  isError,
  failureCount,
}: Pick<UseQueryResult, "dataUpdatedAt" | "isError" | "failureCount">): Freshness {
  if (isError || failureCount > 0) return { state: "reconnecting", lastMessageAtMs: dataUpdatedAt || null };
  return dataUpdatedAt > 0
    ? { state: "live", lastMessageAtMs: dataUpdatedAt }
    : { state: "connecting", lastMessageAtMs: null };
}
