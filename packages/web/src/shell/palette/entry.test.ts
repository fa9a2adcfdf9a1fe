import { IconFlag } from "@tabler/icons-react";
import { describe, expect, it } from "vitest";
import { arrange, type Entry } from "./entry.ts";

const entry = (id: string, group: Entry["group"], label: string, more: Partial<Entry> = {}): Entry => ({
  id,
  group,
  label,
  Icon: IconFlag,
  run: () => {},
  ...more,
});

const ENTRIES = [
  entry("page/now", "Pages", "Now"),
  entry("page/journal", "Pages", "Journal", { words: "audit log" }),
  entry("act/token", "Actions", "Create a token"),
  entry("rollout/1", "In flight", "new-checkout", { hint: "production" }),
  entry("act/back", "Actions", "Roll back new-checkout", { isOnlyFound: true }),
];

const labels = (groups: ReturnType<typeof arrange>) =>
  groups.map(({ group, entries }) => [group, ...entries.map(({ label }) => label)]);

describe("the palette", () => {
  it("shows at rest what was used last, then what is in flight, each once", () => {
    expect(labels(arrange(ENTRIES, "", ["page/journal", "gone"]))).toEqual([
      ["Recent", "Journal"],
      ["In flight", "new-checkout"],
      ["Pages", "Now"],
      ["Actions", "Create a token"],
    ]);
  });

  it("puts the group with the best answer first, and finds by other words", () => {
    expect(labels(arrange(ENTRIES, "roll", []))).toEqual([["Actions", "Roll back new-checkout"]]);
    expect(labels(arrange(ENTRIES, "audit", []))).toEqual([["Pages", "Journal"]]);
    expect(labels(arrange(ENTRIES, "new", []))[0]?.[0]).toBe("In flight");
  });

  it("shows what the server found, also where the words are in what the palette does not know", () => {
    const flags = [entry("flag/a", "Flags", "gift-wrapping", { isFound: true })];

    expect(labels(arrange([...ENTRIES, ...flags], "christmas", []))).toEqual([["Flags", "gift-wrapping"]]);
  });

  it("says that nothing was found by showing nothing", () => {
    expect(arrange(ENTRIES, "zebra", ["page/now"])).toEqual([]);
  });
});
