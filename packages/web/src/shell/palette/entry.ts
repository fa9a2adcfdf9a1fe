import type { TablerIcon } from "@tabler/icons-react";
import { matchScore } from "./match.ts";

/** The groups of the palette, in the order in which they stand while nothing is typed. */
export const GROUPS = ["Recent", "In flight", "Pages", "Flags", "Ended lately", "Environments", "Actions"] as const;
export type Group = (typeof GROUPS)[number];

/** One thing that the palette can do. */
export type Entry = {
  /** Stays the same from day to day: recent ones are remembered by it. */
  readonly id: string;
  readonly group: Group;
  readonly label: string;
  /** Where, in which state; shown beside the label. */
  readonly hint?: string | undefined;
  /** Other words by which people look for it. */
  readonly words?: string | undefined;
  readonly Icon: TablerIcon;
  /** Why this person may not do it. */
  readonly refusal?: string | null | undefined;
  /** Keys that do the same without the palette: together, or one after the other. */
  readonly keys?: readonly string[] | undefined;
  readonly areKeysSequence?: boolean | undefined;
  /** Shown while nothing is typed; default: it is. */
  readonly isOnlyFound?: boolean | undefined;
  /** Found by the server already: it is not matched again. */
  readonly isFound?: boolean | undefined;
  readonly run: () => void;
};

export type EntryGroup = { readonly group: Group; readonly entries: readonly Entry[] };

/** In one group; who wants more types more. */
const GROUP_ENTRIES_MAX = 8;

/**
 * What is shown for what was typed: nothing typed, the groups in their order with recent ones first; else the best group first.
 *
 * Pure.
 */
export function arrange(entries: readonly Entry[], query: string, recent: readonly string[]): readonly EntryGroup[] {
  return query.trim() === "" ? atRest(entries, recent) : found(entries, query);
}

function atRest(entries: readonly Entry[], recent: readonly string[]): readonly EntryGroup[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const again = recent.flatMap((id) => byId.get(id) ?? []);
  const rest = entries.filter((entry) => !entry.isOnlyFound && !recent.includes(entry.id));
  return GROUPS.map((group) => ({
    group,
    entries: group === "Recent" ? again : rest.filter((entry) => entry.group === group).slice(0, GROUP_ENTRIES_MAX),
  })).filter((each) => each.entries.length > 0);
}

type Scored = { readonly entry: Entry; readonly score: number };

function found(entries: readonly Entry[], query: string): readonly EntryGroup[] {
  const scored = entries
    .map((entry): Scored => ({ entry, score: scoreOf(entry, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  return GROUPS.map((group) => scored.filter(({ entry }) => entry.group === group).slice(0, GROUP_ENTRIES_MAX))
    .filter((members) => members.length > 0)
    .sort((a, b) => (b[0]?.score ?? 0) - (a[0]?.score ?? 0))
    .map((members) => ({ group: members[0]?.entry.group ?? "Actions", entries: members.map(({ entry }) => entry) }));
}

/** Words beside the label count less than the label. */
function scoreOf(entry: Entry, query: string): number {
  const byLabel = matchScore(query, entry.label);
  if (byLabel > 0) return byLabel + 1;
  const byWords = matchScore(query, `${entry.label} ${entry.hint ?? ""} ${entry.words ?? ""}`);
  return entry.isFound ? Math.max(byWords, 0.5) : byWords;
}
