import { expect, it } from "vitest";
import type { ChangeFact, ReviewFact } from "./facts.ts";
import { openChangesOf } from "./open-changes.ts";

function change(id: string, more: Partial<ChangeFact> = {}): ChangeFact {
  return {
    ...{ id, repository: null, number: null, title: id, url: null, author: "maya", isAuthorBot: false },
    ...{ firstCommitAtMs: null, openedAtMs: 1_000, readyAtMs: null, reviews: [], mergedAtMs: null },
    ...{
      abandonedAtMs: null,
      mergeCommit: null,
      commits: [],
      linesAdded: null,
      linesRemoved: null,
      filesChanged: null,
    },
    ...more,
  };
}

const review = (reviewer: string, atMs: number, verdict: ReviewFact["verdict"], isBot = false): ReviewFact => ({
  ...{ reviewer, atMs, verdict, isBot },
});

it("tells what each open change waits for and since when, the longest first", () => {
  const waiting = openChangesOf([
    change("approved", { reviews: [review("jonas", 9_000, "approved")] }),
    change("nobody looked", {
      readyAtMs: 5_000,
      reviews: [review("maya", 6_000, "commented"), review("bot", 6_000, "approved", true)],
    }),
    change("asked for more", {
      reviews: [review("lena", 7_000, "changes-requested"), review("jonas", 3_000, "approved")],
    }),
    change("merged", { mergedAtMs: 8_000 }),
    change("given up", { abandonedAtMs: 8_000 }),
  ]);

  expect(waiting.map(({ change: { id }, waitsFor, waitsSinceMs }) => [id, waitsFor, waitsSinceMs])).toEqual([
    ["nobody looked", "review", 5_000],
    ["asked for more", "approval", 7_000],
    ["approved", "merge", 9_000],
  ]);
});
