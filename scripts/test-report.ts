import { z } from "zod";

/** What a step adds to the last line. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      /** The file's path. */
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** What one file added; a file that could not be loaded has no tests. */
export type FileCounts = Counts & { readonly file: string; readonly failedTests: readonly string[] };

/**
 * Counts the tests in what vitest's JSON reporter wrote, file by file. A file that could not be loaded counts as one
 * test that failed.
 *
 * @param text the report; `undefined` when vitest wrote none: no files.
 */
export function countFiles(text: string | undefined): readonly FileCounts[] {
  if (text === undefined) return [];
  return vitestReport.parse(JSON.parse(text)).testResults.map(({ name: file, status, assertionResults: tests }) => {
    const passed = tests.filter((test) => test.status === "passed").length;
    const failedTests = tests.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    const failed = status === "failed" ? Math.max(1, failedTests.length) : failedTests.length;
    return { file, failedTests, passed, failed, skipped: tests.length - passed - failedTests.length };
  });
}

/**
 * What a run of files comes to. One that ended badly with every test passed, such as one with an unhandled rejection
 * or without a report, counts as one failure.
 *
 * @param isOk whether vitest exited with 0.
 */
export function countRun(files: readonly FileCounts[], isOk: boolean): Counts {
  const counts = addCounts(files);
  return { ...counts, failed: counts.failed === 0 && (!isOk || files.length === 0) ? 1 : counts.failed };
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
