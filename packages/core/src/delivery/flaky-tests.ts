import type { FlakyTest, TestCounts } from "./bottleneck-report.ts";
import { wilsonInterval } from "./distribution.ts";
import type { TestRunFact } from "./facts.ts";

const TESTS_MAX = 100;
/** Of each test, to be looked at: at 200 bytes a run, all of them are 400 kB at most. */
const RUNS_MAX = 20;

/** A test and its runs on each revision where it ran more than once; skipped ones are none. */
type TestHistory = {
  readonly test: string;
  readonly runs: number;
  readonly repeated: readonly (readonly TestRunFact[])[];
};

export function testHistories(runs: readonly TestRunFact[]): readonly TestHistory[] {
  const byTest = Map.groupBy(
    runs.filter(({ outcome }) => outcome !== "skipped"),
    ({ test }) => test,
  );
  return [...byTest].map(([test, ofTest]) => ({
    test,
    runs: ofTest.length,
    repeated: [...Map.groupBy(ofTest, ({ revision }) => revision).values()].filter(({ length }) => length > 1),
  }));
}

export function testCountsOf(tests: readonly TestHistory[]): TestCounts {
  return {
    runs: tests.reduce((sum, { runs }) => sum + runs, 0),
    tests: tests.length,
    repeatedTests: tests.filter(({ repeated }) => repeated.length > 0).length,
    flakyTests: tests.filter(({ repeated }) => repeated.some(isFlaky)).length,
  };
}

/**
 * Tests that both passed and failed on one revision: the code was the same, so the test (or its machine) was not. Worst first, by the lower end of the interval: one flip in
 * two runs says less than fifty in a thousand. At most 100.
 */
export function flakyTestsOf(tests: readonly TestHistory[]): readonly FlakyTest[] {
  const found: FlakyTest[] = [];
  for (const { test, repeated } of tests) {
    const flaky = repeated.filter(isFlaky);
    const interval = wilsonInterval(flaky.length, repeated.length);
    if (flaky.length === 0 || interval === null) continue;
    const runs = flaky.flat().sort(newestFirst);
    const lost = runs.filter(({ outcome }) => outcome === "failed");
    found.push({
      test,
      flakyRevisions: flaky.length,
      revisions: repeated.length,
      rate: flaky.length / repeated.length,
      interval,
      lostMs: lost.reduce((sum, { durationMs }) => sum + durationMs, 0),
      runs: runs.slice(0, RUNS_MAX),
      runCount: runs.length,
    });
  }
  const worstFirst = (a: FlakyTest, b: FlakyTest) => b.interval.low - a.interval.low || (a.test < b.test ? -1 : 1);
  return found.sort(worstFirst).slice(0, TESTS_MAX);
}

function isFlaky(runs: readonly TestRunFact[]): boolean {
  return new Set(runs.map(({ outcome }) => outcome)).size > 1;
}

/** The same order whatever the order of the facts. */
function newestFirst(a: TestRunFact, b: TestRunFact): number {
  return b.finishedAtMs - a.finishedAtMs || compare(a.revision, b.revision) || compare(a.outcome, b.outcome);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
