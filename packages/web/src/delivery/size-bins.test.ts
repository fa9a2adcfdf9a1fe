import { describe, expect, it } from "vitest";
import { binOf, deploymentSizes } from "./deployment-size.ts";
import { deploymentOf, HOUR, reportOf } from "./report.fixture.ts";
import { linesText, openMs, smallAgainstLarge } from "./size-bins.ts";

const bin = (linesMin: number, linesMax: number | null, n: number, hours: number | null) => ({
  ...{ linesMin, linesMax },
  ms: { n, median: hours === null ? null : hours * HOUR, p90: null, mean: null },
});

describe("sizes of pull requests", () => {
  it("are compared between the smallest and the largest of which there are enough", () => {
    const bins = [bin(0, 10, 4, 1), bin(11, 30, 5, 2), bin(31, 100, 0, null), bin(101, null, 9, 30)];

    expect(smallAgainstLarge({ n: 18, left: 0, bins })).toMatchObject({
      small: { medianMs: 2 * HOUR },
      large: { medianMs: 30 * HOUR },
    });
    expect(smallAgainstLarge({ n: 9, left: 0, bins: bins.slice(0, 2) })).toBeNull();
    expect(smallAgainstLarge({ n: 0, left: 0, bins: [] })).toBeNull();
  });

  it("are said in words", () => {
    expect([bin(0, 10, 0, null), bin(301, 1_000, 0, null), bin(1_001, null, 0, null)].map(linesText)).toEqual([
      ...["up to 10", "301 – 1,000", "more than 1,000"],
    ]);
  });

  it("have a time only where all of its parts are known", () => {
    expect(openMs({ pickup: 1, review: 2, merge: 3, queue: 50 })).toBe(6);
    expect(openMs({ development: 5, queue: 1 })).toBeNull();
  });
});

describe("sizes of deployments", () => {
  it("are commits where these are known, else pull requests", () => {
    const report = reportOf({
      deployments: [
        deploymentOf({ id: "a", nonMerge: 7, changes: 1 }),
        deploymentOf({ id: "b", changes: 1 }),
        deploymentOf({ id: "c" }),
      ],
    });

    expect(deploymentSizes(report).map(({ size, unit }) => [size, unit])).toEqual([
      ...[
        [7, "commit"],
        [1, "pull request"],
        [0, "pull request"],
      ],
    ]);
  });

  it.each([
    [1, "1"],
    [3, "3–4"],
    [64, "33–64"],
    [65, "65+"],
    [9_999, "65+"],
  ])("%i lies in %s", (size, label) => {
    expect(binOf(size).label).toBe(label);
  });
});
