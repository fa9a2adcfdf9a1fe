import { field } from "../../api/read-message.ts";
import type { DecisionRecord, JournalEvent } from "../../api/types.ts";
import { formatPercent } from "../../ui/format.ts";

export type LogTone = "good" | "bad" | "warn" | "idle" | "accent";

/** A line of a rollout's log: what the guard decided, or what somebody did. */
export type LogEntry =
  | {
      readonly kind: "decision";
      readonly seq: number;
      readonly at: string;
      readonly decision: DecisionRecord;
      /** What was done because of it, such as "Entered 10 %". */
      readonly followed: readonly string[];
    }
  | {
      readonly kind: "event";
      readonly seq: number;
      readonly at: string;
      readonly title: string;
      readonly tone: LogTone;
      /** In their own words, or the guard's sentence. */
      readonly words: string | null;
      /** `null`: it happened by itself. */
      readonly by: string | null;
    };

type Told = { readonly title: string; readonly tone: LogTone };

/** The guard's decisions and everything else that happened to a rollout, oldest first. What followed from a decision stands with it. */
export function logEntries(decisions: readonly DecisionRecord[], events: readonly JournalEvent[]): LogEntry[] {
  const followers = new Map<number, string[]>();
  const entries: LogEntry[] = decisions.map((decision) => {
    const followed: string[] = [];
    if (decision.acted) followers.set(decision.seq, followed);
    return { kind: "decision", seq: decision.seq, at: decision.at, decision, followed };
  });
  for (const event of events) {
    if (event.type === "rollout.judged") continue;
    const told = tell(event);
    const followed = event.actor.kind === "system" ? followers.get(event.seq - 1) : undefined;
    if (followed) {
      followed.push(told.title);
      // Two events may follow from one decision: entered the last stage, and completed.
      followers.set(event.seq, followed);
      continue;
    }
    if (isPartOfStart(event)) continue;
    entries.push({
      kind: "event",
      seq: event.seq,
      at: event.at,
      ...told,
      words: event.reason,
      by: event.actor.kind === "system" ? null : event.actor.name,
    });
  }
  return entries.sort((a, b) => a.seq - b.seq);
}

/** The first stage is entered with the start, which says so. */
function isPartOfStart(event: JournalEvent): boolean {
  return event.type === "rollout.stage-entered" && field(event.data, "step") === "start";
}

function tell({ type, data }: JournalEvent): Told {
  const share = field(data, "share");
  switch (type) {
    case "rollout.requested":
      return { title: "Asked for", tone: "idle" };
    case "rollout.started":
      return { title: "Started", tone: "accent" };
    case "rollout.stage-entered":
      return { title: `Entered ${typeof share === "number" ? formatPercent(share) : "the next stage"}`, tone: "good" };
    case "rollout.paused":
      return { title: "Paused", tone: "warn" };
    case "rollout.resumed":
      return { title: "Resumed", tone: "accent" };
    case "rollout.completed":
      return { title: "Completed", tone: "good" };
    case "rollout.rolled-back":
      return { title: "Rolled back", tone: "bad" };
    case "rollout.stopped":
      return { title: "Stopped", tone: "warn" };
    case "rollout.watch-ended":
      return { title: "No longer watched", tone: "idle" };
    default: {
      const words = type.replace(/^rollout\./, "").replaceAll(/[.-]/g, " ");
      return { title: words.charAt(0).toUpperCase() + words.slice(1), tone: "idle" };
    }
  }
}
