import { readStored, writeStored } from "../../ui/browser-storage.ts";

const STORAGE_KEY = "steadfast-palette-recent";

/** As many as can be taken in at a glance, above everything else. */
export const RECENT_MAX = 5;

/** What was chosen last, newest first, by the entries' ids. What was stored by another version and cannot be read counts as nothing. */
export function readRecent(): readonly string[] {
  return parseRecent(readStored(STORAGE_KEY));
}

export function noteRecent(id: string): void {
  writeStored(STORAGE_KEY, JSON.stringify(withRecent(readRecent(), id)));
}

export function withRecent(before: readonly string[], id: string): readonly string[] {
  return [id, ...before.filter((each) => each !== id)].slice(0, RECENT_MAX);
}

export function parseRecent(stored: string | null): readonly string[] {
  try {
    const ids: unknown = JSON.parse(stored ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string").slice(0, RECENT_MAX) : [];
  } catch {
    return [];
  }
}
