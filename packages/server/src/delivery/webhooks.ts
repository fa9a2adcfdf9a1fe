import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { DeliveryDeps } from "./deps.ts";
import type { MessageOutcome } from "./message-tally.ts";
import { recordTellings } from "./record.ts";
import { findSource, type Source } from "./sources.ts";

/** What the webhooks' routes need to know of sources, and do with what these tell. */
export function webhookSources({ database, journal, tally }: Pick<DeliveryDeps, "database" | "journal" | "tally">) {
  return {
    findSource: (id: string) => findSource(database.db, id),
    record: async (source: Source, tellings: readonly ScopedTold[]) => {
      const actor = { kind: "system" as const, id: source.id, name: source.kind };
      await recordTellings(journal, tellings, { actor, reason: null });
    },
    count: (source: Source, event: string, outcome: MessageOutcome) =>
      tally.count({ sourceId: source.id, event, outcome }),
  };
}
