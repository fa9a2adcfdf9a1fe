import { describe, expect, it } from "vitest";
import { readJournalSearch, toQuery } from "./journal-search.ts";

describe("the journal's address", () => {
  it("keeps what makes sense and drops the rest", () => {
    expect(readJournalSearch({ kind: "taken-back", about: "flag:a:b", since: "day", text: 404, at: 12 })).toEqual({
      ...{ kind: "taken-back", about: "flag:a:b", since: "day", text: "404", at: 12 },
    });
    expect(readJournalSearch({ kind: "nonsense", about: "cat:1", since: 3, at: -1, by: "" })).toEqual({});
  });

  it("becomes the server's query", () => {
    const nowMs = Date.parse("2026-01-02T00:00:00Z");

    expect(toQuery({ kind: "access", about: "flag:a:b", by: "guard", since: "day", text: "x" }, nowMs)).toEqual({
      type: "token.,environment.",
      flag: "a:b",
      actor: "guard",
      from: "2026-01-01T00:00:00.000Z",
      text: "x",
    });
    expect(toQuery({ about: "rollout:rol_1" }, nowMs)).toEqual({ stream: "rollout/rol_1" });
    expect(toQuery({ about: "environment:staging" }, nowMs)).toEqual({ environment: "staging" });
  });
});
