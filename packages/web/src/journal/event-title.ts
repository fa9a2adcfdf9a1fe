import { field } from "../api/read-message.ts";
import type { JournalEvent } from "../api/types.ts";

/** Types whose words read better than the type's own. */
const TITLES: Readonly<Record<string, string>> = {
  "rollout.requested": "Rollout asked for",
  "rollout.stage-entered": "Rollout entered a stage",
  "rollout.watch-ended": "Rollout no longer watched",
};

/** `rollout.rolled-back` → `Rollout rolled back`: an event's type is made of words in the past tense. */
export function titleOf(event: Pick<JournalEvent, "type" | "data">): string {
  const { type } = event;
  const verdict = verdictOf(event);
  if (verdict) return `Rollout judged: ${verdict.replaceAll("-", " ")}`;
  const words = type.replaceAll(/[.-]/g, " ");
  return TITLES[type] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

export function toneOf(event: Pick<JournalEvent, "type" | "data">): "good" | "bad" | "warn" | "idle" {
  const { type } = event;
  const verdict = verdictOf(event);
  if (verdict === "roll-back") return "bad";
  if (verdict === "hold" || verdict === "freeze") return "warn";
  if (type.endsWith(".rolled-back") || type.endsWith(".switched-off")) return "bad";
  if (type.endsWith(".completed")) return "good";
  return type.endsWith(".paused") || type.endsWith(".stopped") || type.endsWith(".revoked") ? "warn" : "idle";
}

function verdictOf({ type, data }: Pick<JournalEvent, "type" | "data">): string | undefined {
  if (type !== "rollout.judged") return undefined;
  const verdict = field(field(data, "decision"), "verdict");
  return typeof verdict === "string" ? verdict : undefined;
}
