import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, incidentFact, START_MS } from "./delivery.fixture.ts";
import { distributionOf } from "./distribution.ts";
import type { DeploymentFact, IncidentFact } from "./facts.ts";
import { measureDelivery } from "./measure.ts";
import type { TrendMeasure } from "./report.ts";
import { survivalMedian } from "./stability.ts";

const WEEK_MS = 7 * DAY_MS;
const WEEKS = 26;
const WINDOW = { fromMs: START_MS, toMs: START_MS + WEEKS * WEEK_MS };

/** A deployment on every weekday, d0 … */
const DEPLOYMENTS: readonly DeploymentFact[] = Array.from({ length: WEEKS * 5 }, (_, index) =>
  deploymentFact({
    id: `d${index}`,
    finishedAtMs: START_MS + Math.floor(index / 5) * WEEK_MS + (index % 5) * DAY_MS + HOUR_MS,
  }),
);
/** An incident that names the first or second deployment of a week. */
const incident = (week: number, hours: number | null, nth = 0): IncidentFact => {
  const at = START_MS + week * WEEK_MS + nth * DAY_MS + HOUR_MS;
  return incidentFact({
    ...{ id: `i${week}-${nth}`, detectedAtMs: at, resolvedAtMs: hours === null ? null : at + hours * HOUR_MS },
    causedBy: [`d${week * 5 + nth}`],
  });
};
const seriesOf = (
  measure: TrendMeasure,
  incidents: readonly IncidentFact[],
  deployments: readonly DeploymentFact[] = DEPLOYMENTS,
) => {
  const commits = [
    commitFact({ sha: "a" }),
    commitFact({ sha: "b", parents: ["a"] }),
    commitFact({ sha: "c", parents: ["b"] }),
  ];
  const { trend } = measureDelivery(factsOf({ commits, deployments, incidents }), WINDOW);
  const series = trend.find((each) => each.measure === measure);
  if (series === undefined) throw new Error(`no series ${measure}`);
  return series;
};
const EVERY_WEEK = Array.from({ length: WEEKS }, (_, week) => week);

describe("the trend of recovery time", () => {
  it("has a point for each period, of the deployments that failed in it, whenever they were mended", () => {
    const { points } = seriesOf("recovery", [incident(0, 24 * 30), incident(2, 5)]);

    expect(points).toHaveLength(WEEKS);
    expect(points.slice(0, 3)).toEqual([
      { fromMs: START_MS, n: 1, open: 0, value: 30 * DAY_MS },
      { fromMs: START_MS + WEEK_MS, n: 0, open: 0, value: null },
      { fromMs: START_MS + 2 * WEEK_MS, n: 1, open: 0, value: 5 * HOUR_MS },
    ]);
  });

  it("says when recovery became quicker, and by how much", () => {
    const series = seriesOf(
      "recovery",
      EVERY_WEEK.map((week) => incident(week, (week < 13 ? 48 : 4) + (week % 3))),
    );

    expect(series.finding).toBe("change");
    expect(series.changePoints).toMatchObject([
      { atMs: START_MS + 13 * WEEK_MS, before: 49 * HOUR_MS, after: 5 * HOUR_MS },
    ]);
  });

  it("finds none where it is as ever, and says too few where few failed", () => {
    const steady = EVERY_WEEK.map((week) => incident(week, 20 + ((week * 7) % 5)));

    expect(seriesOf("recovery", steady).finding).toBe("no-detectable-change");
    expect(seriesOf("recovery", steady.slice(0, 7)).finding).toBe("too-few");
    expect(seriesOf("recovery", []).finding).toBe("too-few");
  });

  // Goal: what is not mended yet must never look like what was mended quickly.
  it("counts an open failure as running: a period without half of them over has no value yet", () => {
    const quick = (week: number) => incident(week, 2, 1);

    const { points } = seriesOf("recovery", [incident(24, null), quick(25), incident(25, null), incident(20, null)]);

    expect(points[20]).toMatchObject({ n: 1, open: 1, value: null });
    expect(points[24]).toMatchObject({ n: 1, open: 1, value: null });
    expect(points[25]).toMatchObject({ n: 2, open: 1, value: 2 * HOUR_MS });
  });

  it("takes deployments that were taken back together for one failure, of the first one's period", () => {
    const deployments = [
      ...["a", "b", "c"].map((revision, week) =>
        deploymentFact({ id: revision, revision, finishedAtMs: START_MS + week * WEEK_MS + HOUR_MS }),
      ),
      deploymentFact({ id: "back", revision: "a", isRollback: true, finishedAtMs: START_MS + 3 * WEEK_MS }),
    ];

    const recovery = seriesOf("recovery", [], deployments);
    const failRate = seriesOf("change-fail-rate", [], deployments);

    expect(recovery.points.map(({ n }) => n).slice(0, 4)).toEqual([0, 1, 0, 0]);
    expect(recovery.points[1]?.value).toBe(2 * WEEK_MS - HOUR_MS);
    expect(failRate.points.map(({ value }) => value).slice(0, 4)).toEqual([0, 1, 0, null]);
  });
});

describe("the trend of the rework rate", () => {
  const unplanned = (isRepair: (index: number) => boolean) =>
    DEPLOYMENTS.map((deployment, index) => ({ ...deployment, isPlanned: !isRepair(index) }));

  it("is the share of each period's deployments, and says when it fell", () => {
    const repairs = unplanned((index) => (index < 65 ? index % 5 < 2 + ((index / 5) & 1) : index % 25 === 0));

    const series = seriesOf("rework", [], repairs);

    expect(series.points[0]).toEqual({ fromMs: START_MS, n: 5, value: 0.4 });
    expect(series.finding).toBe("change");
    expect(series.changePoints.map(({ atMs }) => atMs)).toEqual([START_MS + 13 * WEEK_MS]);
    expect(series.changePoints[0]?.after).toBeLessThan(0.1);
  });

  it("has no value in a period without a deployment, and finds nothing in a steady one", () => {
    const steady = unplanned((index) => index % 5 === 0);

    expect(seriesOf("rework", [], steady).finding).toBe("no-detectable-change");
    expect(seriesOf("rework", [], steady.slice(0, 5)).points[1]).toMatchObject({ n: 0, value: null });
  });
});

describe("the trend of deployment frequency", () => {
  const WEEK_COUNTS = [
    { weeks: 12, from: 8 },
    { weeks: 13, from: 9 },
    { weeks: 26, from: 18 },
  ];

  // Goal: weeks without a deployment are weeks of zero, the plainest change there is.
  it.each(WEEK_COUNTS)(
    "says that daily deployments came to nothing in the last third of $weeks weeks",
    ({ weeks, from }) => {
      const deployments = DEPLOYMENTS.slice(0, from * 5);
      const window = { fromMs: START_MS, toMs: START_MS + weeks * WEEK_MS };

      const { trend } = measureDelivery(factsOf({ deployments }), window);

      expect(trend.find(({ measure }) => measure === "frequency")).toMatchObject({
        finding: "change",
        changePoints: [{ atMs: START_MS + from * WEEK_MS, before: 5, after: 0 }],
      });
    },
  );

  it("needs eight periods: of seven it says too few, whatever they are, and of eight it says what came", () => {
    const finding = (weeks: number) => {
      const deployments = DEPLOYMENTS.slice(0, 4 * 5);
      const window = { fromMs: START_MS, toMs: START_MS + weeks * WEEK_MS };
      return measureDelivery(factsOf({ deployments }), window).trend.find(({ measure }) => measure === "frequency")
        ?.finding;
    };

    expect(finding(7)).toBe("too-few");
    expect(finding(8)).toBe("change");
  });
});

describe("the median of failures of which some are still open", () => {
  const failures = (ms: readonly number[], isOpen = false) => ms.map((each) => ({ ms: each, isOpen }));
  const times = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 30 });

  it("is the plain median where none is", () => {
    fc.assert(
      fc.property(times, (ms) => {
        expect(survivalMedian(failures(ms))).toBe(distributionOf(ms).median);
      }),
    );
  });

  it("is never less than that of the ended ones alone, and not known when more than half are open from the start", () => {
    fc.assert(
      fc.property(times, times, (ended, open) => {
        const median = survivalMedian([...failures(ended), ...failures(open, true)]);

        expect(median ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(distributionOf(ended).median ?? 0);
      }),
    );
    expect(survivalMedian([...failures([5, 6]), ...failures([9, 9, 9], true)])).toBeNull();
    expect(survivalMedian([])).toBeNull();
  });
});
