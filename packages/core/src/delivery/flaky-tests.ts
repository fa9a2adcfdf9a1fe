import type { FlakyTest } from "./bottleneck-report.ts";
import { wilsonInterval } from "./distribution.ts";
import type { TestRunFact } from "./facts.ts";

const TESTS_MAX = 100;

/**
 * Tests that both passed and failed on one revision: the code was the same, so the test (or its machine) was not. Worst first, by the lower end of the interval: one flip in
 * two runs says less than fifty in a thousand. At most 100.
 */
export function flakyTestsOf(runs: readonly TestRunFact[]): readonly FlakyTest[] {
  const byTest = Map.groupBy(
    runs.filter(({ outcome }) => outcome !== "skipped"),
    ({ test }) => test,
  );
  const found: FlakyTest[] = [];
  for (const [test, ofTest] of byTest) {
    const repeated = [...Map.groupBy(ofTest, ({ revision }) => revision).values()].filter(({ length }) => length > 1);
    const flaky = repeated.filter((group) => new Set(group.map(({ outcome }) => outcome)).size > 1);
    const interval = wilsonInterval(flaky.length, repeated.length);
    if (flaky.length === 0 || interval === null) continue;
    const lost = flaky.flat().filter(({ outcome }) => outcome === "failed");
    found.push({
      test,
      flakyRevisions: flaky.length,
      revisions: repeated.length,
      rate: flaky.length / repeated.length,
      interval,
      lostMs: lost.reduce((sum, { durationMs }) => sum + durationMs, 0),
    });
  }
  const worstFirst = (a: FlakyTest, b: FlakyTest) => b.interval.low - a.interval.low || (a.test < b.test ? -1 : 1);
  return found.sort(worstFirst).slice(0, TESTS_MAX);
}
