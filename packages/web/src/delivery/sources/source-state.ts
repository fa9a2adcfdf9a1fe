import type { DeliverySource } from "../../api/types.ts";

/** As the server counts a source silent: a week without a word. */
export const SILENT_AFTER_MS = 7 * 86_400_000;

export type Outcome = "told" | "ignored" | "unknown" | "refused";

export type SourceState = {
  readonly tone: "good" | "warn" | "idle";
  readonly label: string;
  /** What to do about it; `null`: nothing. */
  readonly advice: string | null;
};

/** How many messages came to what. */
export function countsOf({ messages }: Pick<DeliverySource, "messages">): Readonly<Record<Outcome, number>> {
  const of = (outcome: Outcome) =>
    messages.filter((each) => each.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
  return { told: of("told"), ignored: of("ignored"), unknown: of("unknown"), refused: of("refused") };
}

/** What is to be said of a source that is connected. The worst first: a refusal that nothing came after. */
export function stateOf(
  { lastHeardAt, messages }: Pick<DeliverySource, "lastHeardAt" | "messages">,
  nowMs: number,
): SourceState {
  const heardMs = lastHeardAt === null ? null : Date.parse(lastHeardAt);
  const refusedMs = messages
    .filter(({ outcome }) => outcome === "refused")
    .reduce((last, { lastAt }) => Math.max(last, Date.parse(lastAt)), Number.NEGATIVE_INFINITY);
  if (refusedMs > (heardMs ?? Number.NEGATIVE_INFINITY)) {
    return {
      ...{ tone: "warn", label: "Refused" },
      advice:
        "What it sends is not signed with this source's secret. Connect it anew and give the forge the new secret.",
    };
  }
  if (heardMs === null) {
    return {
      ...{ tone: "idle", label: "Nothing came yet" },
      advice: "The forge has sent nothing. Look at its list of deliveries: can it reach this address?",
    };
  }
  if (nowMs - heardMs > SILENT_AFTER_MS) {
    return {
      ...{ tone: "warn", label: "Stopped sending" },
      advice: "Nothing came for more than a week. Was the webhook removed or switched off at the forge?",
    };
  }
  return { tone: "good", label: "Heard", advice: null };
}
