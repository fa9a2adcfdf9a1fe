import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_MS } from "./delivery.fixture.ts";
import type { TestRunFact } from "./facts.ts";
import { flakyTestsOf, testCountsOf, testHistories } from "./flaky-tests.ts";

const run = (test: string, revision: string, outcome: TestRunFact["outcome"], second = 0): TestRunFact => ({
  ...{ test, revision, outcome, url: null },
  ...{ finishedAtMs: START_MS + second * 1_000, durationMs: 1_000 },
});

describe("a flaky test", () => {
  it("passed and failed on one revision; being broken, or skipped, is not flaky", () => {
    const tests = testHistories([
      run("flaky", "a", "passed", 1),
      run("flaky", "a", "failed", 2),
      run("flaky", "b", "passed"),
      run("flaky", "b", "passed"),
      run("broken", "a", "failed"),
      run("broken", "b", "passed"),
      run("skipped", "a", "skipped"),
      run("skipped", "a", "passed"),
    ]);

    expect(flakyTestsOf(tests)).toMatchObject([
      {
        ...{ test: "flaky", flakyRevisions: 1, revisions: 2, rate: 0.5, lostMs: 1_000, runCount: 2 },
        runs: [
          { revision: "a", outcome: "failed" },
          { revision: "a", outcome: "passed" },
        ],
      },
    ]);
    expect(testCountsOf(tests)).toEqual({ runs: 7, tests: 3, repeatedTests: 1, flakyTests: 1 });
  });

  it("shows its newest runs, and tells how many there are", () => {
    const runs = Array.from({ length: 60 }, (_, index) =>
      run("flaky", `r${Math.floor(index / 2)}`, index % 2 === 0 ? "passed" : "failed", index),
    );

    const [found] = flakyTestsOf(testHistories(runs));

    expect(found?.runCount).toBe(60);
    expect(found?.runs.map(({ finishedAtMs }) => (finishedAtMs - START_MS) / 1_000)).toEqual(
      Array.from({ length: 20 }, (_, index) => 59 - index),
    );
  });

  it("is ranked by what is certain: fifty flips in a hundred before one in two", () => {
    const often = Array.from({ length: 100 }, (_, index) => [
      run("often", `r${index}`, "passed"),
      run("often", `r${index}`, index < 50 ? "failed" : "passed"),
    ]).flat();
    const once = [run("once", "a", "passed"), run("once", "a", "failed"), run("once", "b", "passed")];

    const found = flakyTestsOf(testHistories([...once, run("once", "b", "passed"), ...often]));

    expect(found.map(({ test }) => test)).toEqual(["often", "once"]);
  });

  it("is the same whatever the order of the runs", () => {
    const outcome = fc.constantFrom("passed" as const, "failed" as const, "skipped" as const);
    const runs = fc.array(
      fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("x", "y", "z"), outcome, fc.integer({ min: 0, max: 3 })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(runs, fc.gen(), (drawn, random) => {
        const facts = drawn.map(([test, revision, how, second]) => run(test, revision, how, second));
        const shuffled = facts
          .map((fact) => ({ fact, at: random(fc.integer) }))
          .sort((a, b) => a.at - b.at)
          .map(({ fact }) => fact);

        expect(flakyTestsOf(testHistories(shuffled))).toEqual(flakyTestsOf(testHistories(facts)));
      }),
      { numRuns: 50 },
    );
  });
});
