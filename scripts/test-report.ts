import { z } from "zod";

/** What a step adds to the last line. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Counts the tests in what vitest's JSON reporter wrote.
 *
 * A file that could not be loaded has no tests in the report: it counts as one that failed. So does a run
 * that ended badly with every test passed, such as one with an unhandled rejection.
 *
 * @param text the report; `undefined` when vitest wrote none.
 * @param isOk whether vitest exited with 0.
 */
export function countTests(text: string | undefined, isOk: boolean): Counts {
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const report = vitestReport.parse(JSON.parse(text));
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !isOk ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function addCounts(all: readonly Counts[]): Counts {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const counts of all) {
    passed += counts.passed;
    failed += counts.failed;
    skipped += counts.skipped;
  }
  return { passed, failed, skipped };
}

/** The last line of every run, in the form that other tools read. */
export function countsLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
