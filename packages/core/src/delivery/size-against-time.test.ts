import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { MeasuredChange } from "./report.ts";
import { sizeAgainstTimeOf } from "./size-against-time.ts";

function request(id: string, linesChanged: number | null, hours: number | null): MeasuredChange {
  return {
    ...{ id, unit: "pull request", title: id, author: "ada", deploymentId: "d", shippedAtMs: START_MS },
    ...{ leadMs: 0, linesChanged, change: null },
    stagesMs: hours === null ? {} : { coding: HOUR_MS, pickup: hours * HOUR_MS, review: 0, merge: 0, queue: HOUR_MS },
  };
}

describe("size against time", () => {
  it("counts the time a request was open, by size, and says how many are left out", () => {
    const found = sizeAgainstTimeOf([
      request("small", 10, 2),
      request("small too", 0, 4),
      request("larger", 11, 8),
      request("huge", 5_000, 100),
      request("of no size", null, 1),
      request("backwards", 20, null),
      { ...request("no request", 20, 1), unit: "commit" },
    ]);

    expect(found).toMatchObject({ n: 4, left: 2 });
    expect(found.bins.map(({ linesMin, linesMax, ms }) => [linesMin, linesMax, ms.n, ms.median])).toEqual([
      [0, 10, 2, 3 * HOUR_MS],
      [11, 30, 1, 8 * HOUR_MS],
      [31, 100, 0, null],
      [101, 300, 0, null],
      [301, 1_000, 0, null],
      [1_001, null, 1, 100 * HOUR_MS],
    ]);
  });

  it("puts each request that has both into one bin", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(3_000))), (sizes) => {
        const found = sizeAgainstTimeOf(sizes.map((lines, index) => request(`#${index}`, lines, 1)));

        expect(found.bins.reduce((sum, { ms }) => sum + ms.n, 0)).toBe(found.n);
        expect(found.n + found.left).toBe(sizes.length);
      }),
    );
  });
});
