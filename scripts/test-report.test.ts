import { describe, expect, it } from "vitest";
import { addCounts, countsLine, countTests } from "./test-report.ts";

const report = (more: object) =>
  JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [{ status: "passed", assertionResults: [{}] }],
    ...more,
  });

describe("counting tests", () => {
  it("takes passed, failed and skipped from the report", () => {
    expect(countTests(report({ numFailedTests: 3 }), false)).toEqual({ passed: 5, failed: 3, skipped: 3 });
  });

  it("counts a file that could not be loaded as one failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];

    expect(countTests(report({ testResults }), false).failed).toBe(1);
  });

  it("counts a run that ended badly as one failure although every test passed", () => {
    expect(countTests(report({}), false).failed).toBe(1);
  });

  it("counts a run without a report as one failure", () => {
    expect(countTests(undefined, true).failed).toBe(1);
  });

  it("ends in one plain line", () => {
    const sum = addCounts([
      { passed: 1, failed: 0, skipped: 2 },
      { passed: 3, failed: 4, skipped: 0 },
    ]);

    expect(countsLine(sum)).toBe("4 passed, 4 failed, 2 skipped");
  });
});
