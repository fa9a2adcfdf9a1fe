import type { ChartMark } from "../../ui/chart/chart-spec.ts";
import { formatPercent } from "../../ui/format.ts";
import type { LogEntry } from "./log-entries.ts";

const EVENT_TONES = { good: "good", bad: "bad", warn: "warn", idle: "idle", accent: "idle" } as const;

/** What is worth a mark on the charts: stages, people, and when the guard stopped or took back. Oldest first. */
export function logMarks(entries: readonly LogEntry[]): ChartMark[] {
  return entries.flatMap((entry): ChartMark[] => {
    const at = Date.parse(entry.at) / 1_000;
    if (entry.kind === "event") {
      if (entry.title === "Asked for" || entry.title === "Started") return [];
      return [{ at, label: entry.title.replace(/^Entered /, "→ "), tone: EVENT_TONES[entry.tone] }];
    }
    const { verdict, acted, share } = entry.decision;
    const [step] = entry.followed;
    if (acted && step) {
      const tone = verdict === "roll-back" ? "bad" : "good";
      return [{ at, label: step.replace(/^Entered /, "→ "), tone }];
    }
    if (verdict === "roll-back") return [{ at, label: `worse at ${formatPercent(share)}`, tone: "bad" }];
    if (verdict === "freeze") return [{ at, label: "Frozen", tone: "cold" }];
    return verdict === "hold" ? [{ at, label: "Hold", tone: "warn" }] : [];
  });
}
