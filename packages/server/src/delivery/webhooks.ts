import type { ScopedTold } from "@steadfast/core/delivery/scope";
import type { DeliveryDeps } from "./deps.ts";
import { recordTellings } from "./record.ts";
import { findSource, type MessageOutcome, type Source, tallyMessage } from "./sources.ts";

/** What the webhooks' routes need to know of sources, and do with what these tell. */
export function webhookSources({ database, journal, nowMs }: Pick<DeliveryDeps, "database" | "journal" | "nowMs">) {
  return {
    findSource: (id: string) => findSource(database.db, id),
    record: async (source: Source, tellings: readonly ScopedTold[]) => {
      const actor = { kind: "system" as const, id: source.id, name: source.kind };
      await recordTellings(journal, tellings, { actor, reason: null });
    },
    tally: (source: Source, event: string, outcome: MessageOutcome) =>
      tallyMessage(database, { sourceId: source.id, event, outcome }, nowMs()),
  };
}
