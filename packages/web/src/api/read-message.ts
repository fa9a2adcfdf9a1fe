import type { JournalEvent, Rollout } from "./types.ts";

/** Messages of the streams come from our own server; what is checked is what a page would break on. */

/** @returns `undefined` when the text is not a list of rollouts */
export function readRolloutList(text: string): Rollout[] | undefined {
  const items = field(parsed(text), "items");
  return Array.isArray(items) && items.every(isRollout) ? items : undefined;
}

export function readRollout(text: string): Rollout | undefined {
  const value = parsed(text);
  return isRollout(value) ? value : undefined;
}

export function readJournalEvent(text: string): JournalEvent | undefined {
  const value = parsed(text);
  return isJournalEvent(value) ? value : undefined;
}

function isRollout(value: unknown): value is Rollout {
  return (
    typeof field(value, "id") === "string" &&
    typeof field(value, "state") === "string" &&
    Array.isArray(field(value, "stages")) &&
    Array.isArray(field(value, "signals"))
  );
}

function isJournalEvent(value: unknown): value is JournalEvent {
  return typeof field(value, "seq") === "number" && typeof field(value, "type") === "string";
}

/** A field of something unknown; `undefined` when there is none. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
