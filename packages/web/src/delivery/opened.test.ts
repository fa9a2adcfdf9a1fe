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
  const share = { isWaiting: true, ms: EMPTY, shareOfTotal: 0.5, shareOfSlowest: 0.5, ciQueueMs: null, ciRunMs: null };
  return reportOf({
    changes,
    deployments: [deploymentOf({ id: "small" }), deploymentOf({ id: "large", isFailed: true, isRework: true })],
    stages: {
      ...{ unit: "pull request", n: 20, left: 0, stages: [{ ...share, stage: "pickup" }] },
      weeks: [{ fromMs: START + 7 * DAY, n: 7, meanMs: {} }],
    },
    whatIf: [{ stage: "pickup", capMs: 16 * HOUR, touched: 3, n: 20, median: EFFECT, p90: EFFECT, absorbed: 0 }],
    sizes: { n: 20, left: 0, bins: [{ linesMin: 11, linesMax: 30, ms: EMPTY }] },
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
    ["slowest", ["#19", "#18"]],
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
