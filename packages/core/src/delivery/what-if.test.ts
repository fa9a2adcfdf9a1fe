import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeFact, commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import { sortedOf } from "./distribution.ts";
import type { DeliveryFacts } from "./facts.ts";
import { measureDelivery } from "./measure.ts";
import { capOf } from "./what-if.ts";

const WINDOW = { fromMs: START_MS, toMs: START_MS + 10_000 * DAY_MS };
const STAGES = ["coding", "pickup", "review", "merge"] as const;
type Hours = Readonly<Record<(typeof STAGES)[number], number>>;

/** 40 requests, some slower than others in all that they do, each deployed by itself a moment after it was merged. */
function requests({ coding, pickup, review, merge }: Hours): DeliveryFacts {
  const changes = Array.from({ length: 40 }, (_, index) => {
    const slowness = 0.5 + ((index * 7) % 40) / 40;
    const after = (fromMs: number, hours: number) => fromMs + Math.round(hours * slowness * HOUR_MS);
    const firstCommitAtMs = START_MS + DAY_MS + index;
    const openedAtMs = after(firstCommitAtMs, coding);
    const lookedAtMs = after(openedAtMs, pickup);
    const approvedAtMs = after(lookedAtMs, review);
    const reviewer = { reviewer: "bob", isBot: false };
    return changeFact({
      ...{ id: `pr${index}`, mergeCommit: `m${index}`, firstCommitAtMs, openedAtMs },
      mergedAtMs: after(approvedAtMs, merge),
      reviews: [
        { ...reviewer, atMs: lookedAtMs, verdict: "commented" },
        { ...reviewer, atMs: approvedAtMs, verdict: "approved" },
      ],
    });
  });
  const merged = changes.map(({ mergedAtMs, mergeCommit }) => ({ atMs: mergedAtMs ?? 0, sha: mergeCommit ?? "" }));
  merged.sort((a, b) => a.atMs - b.atMs);
  const lastMs = merged.at(-1)?.atMs ?? 0;
  // What is merged earlier has a deployment to go with: there is one every quarter of an hour.
  const every = Array.from(
    { length: Math.ceil((lastMs - START_MS) / EVERY_MS) + 2 },
    (_, nth) => START_MS + nth * EVERY_MS,
  );
  let sha = "m";
  let next = 0;
  const deployments = every.map((atMs, nth) => {
    for (; (merged[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs; next += 1) sha = merged[next]?.sha ?? sha;
    return deploymentFact({ id: `d${nth}`, revision: sha, finishedAtMs: atMs });
  });
  const commits = [
    commitFact({ sha: "m" }),
    ...merged.map(({ sha: own, atMs }, nth) =>
      commitFact({ sha: own, parents: [merged[nth - 1]?.sha ?? "m"], authoredAtMs: atMs, committedAtMs: atMs }),
    ),
  ];
  return factsOf({ commits, changes, deployments });
}
const EVERY_MS = HOUR_MS / 4;

function savings(hours: Hours) {
  return measureDelivery(requests(hours), { ...WINDOW, isSummary: true }).whatIf.map(({ stage, median }) => ({
    stage,
    savedMs: median.before - median.after,
  }));
}

describe("what a cap on each stage would save", () => {
  // Goal: of two stages the slower one is named, wherever they stand to a grid of handsome caps.
  it.each([23.6, 24.1, 24.5, 26.4, 47, 49])(
    "names a review that is waited %d h for, beside a merge that takes 23",
    (pickup) => {
      const [first] = savings({ coding: 4, pickup, review: 6, merge: 23 });

      expect(first?.stage).toBe("pickup");
    },
  );

  it("never is less for any change when its stage gets slower", () => {
    const durations = fc.array(fc.integer({ min: 0, max: 60 * 24 * HOUR_MS }), { minLength: 1, maxLength: 60 });
    const saved = (ms: readonly number[]) => {
      const capMs = capOf(sortedOf(ms));
      return ms.map((each) => Math.max(0, each - capMs));
    };

    fc.assert(
      fc.property(durations, fc.double({ min: 1, max: 1.5, noNaN: true }), (ms, factor) => {
        const slower = saved(ms.map((each) => Math.ceil(each * factor)));

        // A cap is a whole number of milliseconds.
        for (const [index, savedMs] of saved(ms).entries()) expect(slower[index]).toBeGreaterThanOrEqual(savedMs - 1);
      }),
    );
  });

  it("still names the bottleneck when that stage gets slower, and promises no less of it", () => {
    const hours = fc.integer({ min: 2, max: 40 });

    fc.assert(
      fc.property(
        fc.record({ coding: hours, pickup: hours, review: hours, merge: hours }),
        fc.double({ min: 1, max: 1.5, noNaN: true }),
        (before, factor) => {
          const [first, second] = savings(before);
          fc.pre(first !== undefined && second !== undefined && first.savedMs > second.savedMs + 2 * EVERY_MS);
          const stage = STAGES.find((each) => each === first?.stage);
          fc.pre(stage !== undefined);

          const [slower] = savings({ ...before, [stage ?? "coding"]: before[stage ?? "coding"] * factor });

          expect(slower?.stage).toBe(first?.stage);
          expect(slower?.savedMs).toBeGreaterThanOrEqual((first?.savedMs ?? 0) - 2 * EVERY_MS);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("asks half of its median of a stage, and of none less than an hour", () => {
    expect(capOf([10 * HOUR_MS, 23 * HOUR_MS, 90 * HOUR_MS])).toBe(11.5 * HOUR_MS);
    expect(capOf([0, 1_000, 90 * HOUR_MS])).toBe(HOUR_MS);
    expect(capOf([])).toBe(HOUR_MS);
  });

  it("says nothing of a stage that never takes an hour", () => {
    expect(savings({ coding: 0.5, pickup: 5, review: 0.6, merge: 0.1 }).map(({ stage }) => stage)).toEqual(["pickup"]);
  });
});
