import { describe, expect, it } from "vitest";
import { addCounts, countFiles, countRun, countsLine } from "./test-report.ts";

const test = (status: string, fullName = status) => ({ status, fullName });

const report = (...testResults: object[]) => JSON.stringify({ numTotalTests: 0, testResults });

const steady = { name: "/a.test.ts", status: "passed", assertionResults: [test("passed"), test("passed")] };

describe("counting tests", () => {
  it("takes passed, failed and skipped from the report, file by file", () => {
    const mixed = {
      name: "/b.test.ts",
      status: "failed",
      assertionResults: [test("passed"), test("failed", "b says why"), test("pending"), test("skipped"), test("todo")],
    };

    expect(countFiles(report(steady, mixed))).toEqual([
      { file: "/a.test.ts", failedTests: [], passed: 2, failed: 0, skipped: 0 },
      { file: "/b.test.ts", failedTests: ["b says why"], passed: 1, failed: 1, skipped: 3 },
    ]);
  });

  it("counts a file that could not be loaded as one failure", () => {
    const unloaded = { name: "/c.test.ts", status: "failed", assertionResults: [] };

    expect(countRun(countFiles(report(steady, unloaded)), false)).toMatchObject({ passed: 2, failed: 1 });
  });

  it("counts a file as failed when its tests passed and what closes it did not", () => {
    const afterwards = { name: "/d.test.ts", status: "failed", assertionResults: [test("passed")] };

    expect(countRun(countFiles(report(afterwards)), false)).toMatchObject({ passed: 1, failed: 1 });
  });

  it("counts a run that ended badly as one failure although every test passed", () => {
    expect(countRun(countFiles(report(steady)), false)).toMatchObject({ passed: 2, failed: 1 });
  });

  it("counts a run without a report, or without a file, as one failure", () => {
    expect(countRun(countFiles(undefined), true).failed).toBe(1);
    expect(countRun(countFiles(report()), true).failed).toBe(1);
  });

  it("ends in one plain line", () => {
    const sum = addCounts([
      { passed: 1, failed: 0, skipped: 2 },
      { passed: 3, failed: 4, skipped: 0 },
    ]);

    expect(countsLine(sum)).toBe("4 passed, 4 failed, 2 skipped");
  });
});
