import { describe, expect, it } from "vitest";
import type { DeliveryReport } from "../api/types.ts";
import { type Opened, openedOf } from "./opened.ts";
import { changeOf, DAY, deploymentOf, HOUR, reportOf, START } from "./report.fixture.ts";

const stagesMs = (pickupHours: number) => ({ pickup: pickupHours * HOUR, review: HOUR, merge: 0, queue: DAY });
const EFFECT = { before: DAY, after: DAY, afterInterval: { low: DAY, high: DAY } };
const EMPTY = { n: 0, median: null, p90: null, mean: null };

/** Twenty changes, the last the slowest; two deployments, of which the second failed. */
function report(): DeliveryReport {
  const changes = Array.from({ length: 20 }, (_, index) =>
    changeOf({
      ...{ id: `#${index}`, deploymentId: index < 3 ? "small" : "large", stagesMs: stagesMs(index) },
      ...{ linesChanged: index * 10, shippedAtMs: START + index * DAY },
    }),
  );
  const share = { isWaiting: true, shareOfTotal: 0.5, shareOfSlowest: 0.5, ciQueueMs: null, ciRunMs: null };
  return reportOf({
    changes,
    deployments: [
      deploymentOf({ id: "small", changes: 3 }),
      deploymentOf({ id: "large", changes: 17, isFailed: true, isRework: true }),
    ],
    rework: { count: 1, deployments: 2, rate: 0.5, interval: null },
    stages: {
      ...{ unit: "pull request", n: 20, left: 0, stages: [{ ...share, stage: "pickup", ms: { ...EMPTY, n: 20 } }] },
      slowest: { n: 2, leastMs: 19 * HOUR + DAY },
      weeks: [{ fromMs: START + 7 * DAY, n: 7, meanMs: {} }],
    },
    whatIf: [{ stage: "pickup", capMs: 16 * HOUR, touched: 3, n: 20, median: EFFECT, p90: EFFECT, absorbed: 0 }],
    sizes: { n: 20, left: 0, bins: [{ linesMin: 11, linesMax: 30, ms: { ...EMPTY, n: 2 } }] },
  });
}

/** Of 6,000 changes and 3,000 deployments, of which it holds the newest, as the server tells them. Every tenth change is slow. */
function largeReport(): DeliveryReport {
  const all = Array.from({ length: 6_000 }, (_, index) =>
    changeOf({
      ...{ id: `#${index}`, linesChanged: 20, stagesMs: stagesMs(index % 10 === 0 ? 90 : index % 2 === 0 ? 20 : 1) },
      ...{ deploymentId: index < 30 ? "old" : index >= 990 && index < 1_010 ? "half" : "other" },
      // The second week begins with the 750th: of its 500, the newest 250 are held.
      shippedAtMs: START + (index < 750 ? 0 : index < 1_250 ? 7 * DAY : 14 * DAY),
    }),
  );
  const share = { isWaiting: true, shareOfTotal: 0.5, shareOfSlowest: 0.5, ciQueueMs: null, ciRunMs: null };
  const deployments = Array.from({ length: 1_998 }, (_, index) =>
    deploymentOf({ id: `d${index}`, changes: 20, isRework: index < 200 }),
  );
  return reportOf({
    changes: all.slice(-5_000),
    deployments: [deploymentOf({ id: "old", changes: 30 }), deploymentOf({ id: "half", changes: 20 }), ...deployments],
    totals: { deployments: 3_000, changes: 6_000, openChanges: 0, incidents: 0, guardDecisions: 0 },
    stages: {
      ...{
        unit: "pull request",
        n: 6_000,
        left: 0,
        stages: [{ ...share, stage: "pickup", ms: { ...EMPTY, n: 6_000 } }],
      },
      slowest: { n: 600, leastMs: 90 * HOUR },
      weeks: [
        { fromMs: START, n: 400, meanMs: {} },
        { fromMs: START + 7 * DAY, n: 500, meanMs: {} },
      ],
    },
    whatIf: [{ stage: "pickup", capMs: 16 * HOUR, touched: 3_000, n: 6_000, median: EFFECT, p90: EFFECT, absorbed: 0 }],
    rework: { count: 300, deployments: 3_000, rate: 0.1, interval: null },
    sizes: { n: 6_000, left: 0, bins: [{ linesMin: 11, linesMax: 30, ms: { ...EMPTY, n: 6_000 } }] },
  });
}

function idsOf(opened: Opened): string[] {
  if (opened.kind === "changes") return opened.changes.map(({ id }) => id);
  if (opened.kind === "deployments") return opened.deployments.map(({ id }) => id);
  return opened.kind === "change" ? [opened.change.id] : [];
}

describe("what a figure of delivery opens", () => {
  it.each([
    ["deployment:small", ["#0", "#1", "#2"]],
    ["change:#7", ["#7"]],
    ["slowest", ["#18", "#19"]],
    ["week:1794182400000", ["#7", "#8", "#9", "#10", "#11", "#12", "#13"]],
    ["lines:11", ["#2", "#3"]],
    ["batch:3–4", ["small"]],
    ["batch:17–32", ["large"]],
    ["rework", ["large"]],
    ["between:1793577600000-1793577600001", ["small", "large"]],
    ["between:0-1793577600000", []],
    // Of exactly 16 hours is not longer than 16 hours.
    ["capped:pickup", ["#17", "#18", "#19"]],
  ])("is, for %s, what it is made of", (open, ids) => {
    const opened = openedOf(report(), open);

    expect(idsOf(opened)).toEqual(ids);
  });

  it.each([
    ...["changes", "stage:pickup", "slowest", "week:1794182400000", "capped:pickup", "deployment:large"],
    ...["deployments", "rework"],
  ])("is as many, for %s, as the figure says, where the report holds all", (open) => {
    const opened = openedOf(report(), open);

    expect(opened).toMatchObject({ total: idsOf(opened).length });
  });

  it("looks at a stage's changes for that stage", () => {
    expect(openedOf(report(), "stage:pickup")).toMatchObject({ kind: "changes", stage: "pickup" });
    expect(idsOf(openedOf(report(), "stage:pickup"))).toHaveLength(20);
  });

  it("says of what a cap touches how many there are, in its stage", () => {
    expect(openedOf(report(), "capped:pickup")).toMatchObject({ stage: "pickup", total: 3 });
    expect(openedOf(report(), "capped:pickup").title).toBe("Pickup longer than 16 h");
  });

  it("leads from a flag's rollout, and from what took it back, to the rollout's page", () => {
    const deployments = [
      deploymentOf({ id: "rol_01ABC", kind: "flag" }),
      deploymentOf({ id: "rol_01ABC/rollback", kind: "flag", role: "rollback" }),
      deploymentOf({ id: "a-flag-of-elsewhere", kind: "flag" }),
    ];

    const opened = deployments.map(({ id }) => openedOf(reportOf({ deployments }), `deployment:${id}`));

    expect(opened).toMatchObject([
      { kind: "rollout", rolloutId: "rol_01ABC", isTakenBack: false },
      { kind: "rollout", rolloutId: "rol_01ABC", isTakenBack: true },
      { kind: "changes" },
    ]);
  });

  // Goal: nobody takes a part for the whole.
  it.each([
    ["changes", 5_000, 6_000],
    ["stage:pickup", 5_000, 6_000],
    ["slowest", 500, 600],
    ["week:1793577600000", 0, 400],
    ["week:1794182400000", 250, 500],
    ["capped:pickup", 2_500, 3_000],
    ["lines:11", 5_000, 6_000],
    ["deployment:old", 0, 30],
    ["deployment:half", 10, 20],
    ["deployments", 2_000, 3_000],
    ["rework", 200, 300],
    ["batch:17–32", 2_000, null],
    ["between:1793577600000-1793664000000", 2_000, null],
  ])("tells, for %s of 6,000 changes, that it holds %i of %j", (open, count, total) => {
    const opened = openedOf(largeReport(), open);

    expect(idsOf(opened)).toHaveLength(count);
    expect(opened).toMatchObject({ total });
  });

  it("keeps colons that belong to an id", () => {
    const withColon = reportOf({ changes: [changeOf({ id: "acme/shop:x#1" })] });

    expect(idsOf(openedOf(withColon, "change:acme/shop:x#1"))).toEqual(["acme/shop:x#1"]);
  });

  it.each([
    "",
    "nonsense",
    "change:nobody",
    "week:1",
    "stage:__proto__",
    "capped:review",
    "between:",
    "between:1-x",
    "constructor",
    "toString:x",
  ])("is nothing for an address that the report does not hold: %j", (open) => {
    expect(openedOf(report(), open).kind).toBe("unknown");
  });
});
