import { describe, expect, it } from "vitest";
import { countsOf, SILENT_AFTER_MS, stateOf } from "./source-state.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const ago = (ms: number) => new Date(NOW - ms).toISOString();
const HOUR = 3_600_000;
const message = (outcome: string, count: number, agoMs: number) => ({
  ...{ event: "push", outcome, count, lastAt: ago(agoMs) },
});

describe("a source's state", () => {
  it("is heard while it sends, and has stopped sending after a week without a word", () => {
    const heard = (agoMs: number) => stateOf({ lastHeardAt: ago(agoMs), messages: [] }, NOW).label;

    expect(heard(0)).toBe("Heard");
    expect(heard(SILENT_AFTER_MS)).toBe("Heard");
    expect(heard(SILENT_AFTER_MS + 1)).toBe("Stopped sending");
  });

  it("is refused when its last word was, whatever was heard before", () => {
    const messages = [message("told", 5, 3 * HOUR), message("refused", 1, HOUR)];

    expect(stateOf({ lastHeardAt: ago(3 * HOUR), messages }, NOW).label).toBe("Refused");
    expect(stateOf({ lastHeardAt: ago(HOUR / 2), messages }, NOW).label).toBe("Heard");
    expect(stateOf({ lastHeardAt: null, messages: [message("refused", 1, HOUR)] }, NOW).label).toBe("Refused");
  });

  it("is silent from the start when nothing ever came", () => {
    expect(stateOf({ lastHeardAt: null, messages: [] }, NOW)).toMatchObject({
      tone: "idle",
      label: "Nothing came yet",
    });
  });

  it("adds up its messages by what became of them", () => {
    const messages = [message("told", 5, 0), message("told", 2, 0), message("unknown", 3, 0), message("later", 9, 0)];

    expect(countsOf({ messages })).toEqual({ told: 7, ignored: 0, unknown: 3, refused: 0 });
  });
});
