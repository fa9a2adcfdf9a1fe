import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnDays, columnsOf } from "./deployment-columns.ts";
import { DAY, HOUR, START } from "./report.fixture.ts";

describe("columns of deployments", () => {
  it("have a day each where there is room, else as many as make them wide enough to be hit", () => {
    const window = { fromMs: START, toMs: START + 90 * DAY };

    expect([1_000, 450, 230, 0].map((pixels) => columnDays(window, pixels))).toEqual([1, 1, 2, 450]);
  });

  it("count what is in them, and how much of it failed; days without any have none", () => {
    const at = (days: number, isFailed = false) => ({ atMs: START + days * DAY + HOUR, isFailed });

    expect(columnsOf([at(0), at(0, true), at(3), at(1)], START, 2)).toEqual([
      { fromMs: START, toMs: START + 2 * DAY, count: 3, failed: 1 },
      { fromMs: START + 2 * DAY, toMs: START + 4 * DAY, count: 1, failed: 0 },
    ]);
  });

  it("hold every deployment once", () => {
    const deployment = fc.record({ atMs: fc.integer({ min: START, max: START + 90 * DAY }), isFailed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(deployment), fc.integer({ min: 1, max: 9 }), (deployments, days) => {
        const columns = columnsOf(deployments, START, days);

        expect(columns.reduce((sum, { count }) => sum + count, 0)).toBe(deployments.length);
        for (const { fromMs, toMs, count } of columns)
          expect(deployments.filter(({ atMs }) => fromMs <= atMs && atMs < toMs)).toHaveLength(count);
      }),
    );
  });
});
