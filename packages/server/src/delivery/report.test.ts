import type { DeliveryFacts } from "@steadfast/core/delivery/facts";
import { expect, it } from "vitest";
import { toReport } from "./report.ts";

const HOUR_MS = 3_600_000;
const TO_MS = Date.UTC(2026, 10, 20);
const FROM_MS = TO_MS - 90 * 24 * HOUR_MS;
const COUNTS = { deployments: 2_050, changes: 6_150, openChanges: 520, incidents: 510 };
const PER_DEPLOYMENT = COUNTS.changes / COUNTS.deployments;

const SERVICE = {
  ...{ key: "shop", name: "Shop", owner: "payments", repositories: ["acme/shop"], target: null },
  ...{ environments: ["production"], isRegistered: true },
};

/** A deployment an hour, of three requests each; requests that wait; incidents, told in no order. */
function facts(): DeliveryFacts {
  const shippedAtMs = (deployment: number) => TO_MS - (COUNTS.deployments - deployment) * HOUR_MS;
  const change = (index: number, openedAtMs: number) => ({
    ...{ id: `#${index}`, repository: "acme/shop", number: index, title: `change ${index}`, url: null, author: "ada" },
    ...{ isAuthorBot: false, firstCommitAtMs: null, openedAtMs, readyAtMs: null, reviews: [], abandonedAtMs: null },
    ...{ commits: [], linesAdded: 1, linesRemoved: 1, filesChanged: null },
  });
  const shipped = Array.from({ length: COUNTS.changes }, (_, index) => {
    const mergedAtMs = shippedAtMs(Math.floor(index / PER_DEPLOYMENT)) - HOUR_MS;
    return { ...change(index, mergedAtMs - HOUR_MS), mergedAtMs, mergeCommit: `m${index}` };
  });
  const open = Array.from({ length: COUNTS.openChanges }, (_, index) => ({
    ...{ ...change(COUNTS.changes + index, TO_MS - HOUR_MS), mergedAtMs: null, mergeCommit: null },
  }));
  const deployments = Array.from({ length: COUNTS.deployments }, (_, index) => ({
    ...{ id: `d${index}`, name: `d${index}`, url: null, service: "shop", environment: "production" },
    ...{ kind: "deployment" as const, revision: null, previousRevision: null, startedAtMs: null },
    ...{ finishedAtMs: shippedAtMs(index), outcome: "succeeded" as const, isPlanned: null, remediates: [] },
    ...{ isRollback: false, rollsBack: null },
    commits: Array.from({ length: PER_DEPLOYMENT }, (_, nth) => `m${index * PER_DEPLOYMENT + nth}`),
  }));
  const incidents = Array.from({ length: COUNTS.incidents }, (_, index) => ({
    ...{ id: `i${index}`, title: "hurts", url: null, resolvedAtMs: null, causedBy: [], isCausedByChange: null },
    detectedAtMs: FROM_MS + ((index * 7) % COUNTS.incidents) * HOUR_MS,
  }));
  return {
    ...{ commits: [], changes: [...shipped, ...open], deployments, incidents },
    ...{ pipelineRuns: [], testRuns: [], sources: [] },
  };
}

// Goal: nobody takes a part for the whole.
it("tells the newest of what there is too much of, how many there are, and figures of them all", () => {
  const of = { service: SERVICE, environment: "production", fromMs: FROM_MS, toMs: TO_MS };
  const report = toReport({ ...facts(), heard: [] }, of);

  const { deployments, changes, openChanges, incidents, totals } = report;
  expect(totals).toEqual(COUNTS);
  expect([deployments, changes, openChanges, incidents].map(({ length }) => length)).toEqual([2_000, 5_000, 500, 500]);
  expect(deployments.at(-1)?.id).toBe("d2049");
  expect(changes.at(-1)?.shippedAtMs).toBe(TO_MS - HOUR_MS);
  expect(incidents[0]?.detectedAtMs).toBe(FROM_MS + 10 * HOUR_MS);
  expect(report.stages?.n).toBe(COUNTS.changes);
  expect(report.told).toEqual({ commits: 0, changes: COUNTS.changes + COUNTS.openChanges, deployments: 2_050 });
  // Most of what the oldest of them shipped is not among the newest changes.
  expect(deployments[0]?.changes).toBe(PER_DEPLOYMENT);
});
