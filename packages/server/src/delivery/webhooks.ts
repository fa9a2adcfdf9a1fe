import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { DeliveryDeps } from "./deps.ts";
import type { MessageOutcome } from "./message-tally.ts";
import { findSource, type Source } from "./sources.ts";

/** What the webhooks' routes need to know of sources, and do with what these tell. */
export function webhookSources(deps: Pick<DeliveryDeps, "database" | "recordTellings" | "tally">) {
  const { database, recordTellings, tally } = deps;
  return {
    findSource: (id: string) => findSource(database.db, id),
    record: async (source: Source, tellings: readonly ScopedTold[]) => {
      const actor = { kind: "system" as const, id: source.id, name: source.kind };
      await recordTellings(tellings, { actor, reason: null });
    },
    count: (source: Source, event: string, outcome: MessageOutcome) =>
      tally.count({ sourceId: source.id, event, outcome }),
  };
}
