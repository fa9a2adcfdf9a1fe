import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { CommitFact, DeploymentFact } from "./facts.ts";
import { measureDelivery } from "./measure.ts";
import type { MeasureOptions } from "./report.ts";

const WINDOW: MeasureOptions = { fromMs: START_MS, toMs: START_MS + 365 * DAY_MS };

/** c0 … c9, one an hour, each released a day later as r0 … r9. */
const COMMITS: readonly CommitFact[] = Array.from({ length: 10 }, (_, index) =>
  commitFact({
    sha: `c${index}`,
    parents: index === 0 ? [] : [`c${index - 1}`],
    authoredAtMs: START_MS + index * DAY_MS,
    committedAtMs: START_MS + index * DAY_MS + HOUR_MS,
  }),
);
const RELEASES: readonly DeploymentFact[] = COMMITS.map(({ sha }, index) =>
  deploymentFact({ id: `r${index}`, kind: "release", revision: sha, finishedAtMs: START_MS + (index + 1) * DAY_MS }),
);

describe("measuring", () => {
  it("never measures the first deployment's history, and counts it as a deployment", () => {
    const report = measureDelivery(factsOf({ commits: COMMITS, deployments: RELEASES }), WINDOW);

    expect(report.frequency.count).toBe(10);
    expect(report.commits.nonMerge).toBe(9);
    expect(report.leadTime.author).toMatchObject({ n: 9, median: DAY_MS, negative: 0 });
    expect(report.leadTime.committer.median).toBe(DAY_MS - HOUR_MS);
  });

  it("takes what ran before from the first deployment, where it is told", () => {
    const deployments = [
      deploymentFact({ id: "d", revision: "c9", previousRevision: "c6", finishedAtMs: START_MS + 20 * DAY_MS }),
    ];

    const report = measureDelivery(factsOf({ commits: COMMITS, deployments }), WINDOW);

    expect(report.commits.nonMerge).toBe(3);
  });

  it("selects by from ≤ time < to", () => {
    const options = { fromMs: START_MS + 3 * DAY_MS, toMs: START_MS + 5 * DAY_MS };

    const report = measureDelivery(factsOf({ commits: COMMITS, deployments: RELEASES }), options);

    expect(report.deployments.map(({ name }) => name)).toEqual(["r2", "r3"]);
  });

  it("takes several tags on one commit for one release point, at the time of the first", () => {
    const late = deploymentFact({ id: "late", kind: "release", revision: "c4", finishedAtMs: START_MS + 100 * DAY_MS });

    const report = measureDelivery(factsOf({ commits: COMMITS, deployments: [late, ...RELEASES] }), WINDOW);

    expect(report.frequency.count).toBe(10);
  });

  it("counts a negative lead time and leaves it out", () => {
    const commits = COMMITS.map((commit, index) =>
      index === 5 ? { ...commit, authoredAtMs: START_MS + 90 * DAY_MS } : commit,
    );

    const { leadTime } = measureDelivery(factsOf({ commits, deployments: RELEASES }), WINDOW);

    expect(leadTime.author).toMatchObject({ n: 8, negative: 1, median: DAY_MS });
  });

  it("counts a cherry-pick once, at its first release", () => {
    const pick = commitFact({ ...COMMITS[5], sha: "pick", parents: ["c2"], committedAtMs: START_MS + 3 * DAY_MS });
    const patch = deploymentFact({
      id: "patch",
      kind: "release",
      revision: "pick",
      finishedAtMs: START_MS + 5.5 * DAY_MS,
    });

    const report = measureDelivery(factsOf({ commits: [...COMMITS, pick], deployments: [...RELEASES, patch] }), WINDOW);

    expect(report.commits).toMatchObject({ nonMerge: 9, duplicates: 1 });
    expect(report.deployments.find(({ name }) => name === "patch")?.nonMerge).toBe(1);
    expect(report.deployments.find(({ name }) => name === "r5")?.nonMerge).toBe(0);
  });

  it("gives merges no lead time", () => {
    const merge = commitFact({ sha: "m", parents: ["c9", "c3"], authoredAtMs: START_MS });
    const last = deploymentFact({ id: "last", kind: "release", revision: "m", finishedAtMs: START_MS + 30 * DAY_MS });

    const report = measureDelivery(factsOf({ commits: [...COMMITS, merge], deployments: [...RELEASES, last] }), WINDOW);

    expect(report.commits).toMatchObject({ nonMerge: 9, merge: 1 });
    expect(report.leadTime.author.n).toBe(9);
  });

  it("measures only a package's commits, with the ownership of the whole history", () => {
    const options = { ...WINDOW, onlyCommits: new Set(["c3", "c4"]) };

    const report = measureDelivery(factsOf({ commits: COMMITS, deployments: RELEASES }), options);

    expect(report.commits.nonMerge).toBe(2);
    expect(report.frequency.count).toBe(10);
  });

  // Goal: one tag releases all packages; a revert in one of them is no failure of the others.
  it("counts for a package only the failures whose revert touches it", () => {
    const reverting = COMMITS.map((commit, index) =>
      index === 6 ? { ...commit, subject: 'Revert "the search"', body: "This reverts commit c5." } : commit,
    );
    const named = reverting.map((commit, index) => (index === 5 ? { ...commit, subject: "the search" } : commit));
    const facts = factsOf({ commits: named, deployments: RELEASES });
    const failedOf = (shas: readonly string[]) =>
      measureDelivery(facts, { ...WINDOW, onlyCommits: new Set(shas) }).changeFailRate.failed;

    expect(measureDelivery(facts, WINDOW).changeFailRate.failed).toBe(1);
    expect(failedOf(["c5", "c6"])).toBe(1);
    expect(failedOf(["c3", "c4"])).toBe(0);
  });

  it("takes the commits that a deployment lists where nobody has the graph", () => {
    const deployments = [
      deploymentFact({ id: "d", revision: "elsewhere", commits: ["c1", "gone"], finishedAtMs: START_MS + 9 * DAY_MS }),
    ];

    const report = measureDelivery(factsOf({ commits: COMMITS.slice(0, 3), deployments }), WINDOW);

    expect(report.commits).toMatchObject({ nonMerge: 1, unknown: 1 });
  });

  it("counts a deployment of which nothing is known for frequency alone, and says so", () => {
    const report = measureDelivery(factsOf({ deployments: [deploymentFact({ id: "d" })] }), WINDOW);

    expect(report.frequency.count).toBe(1);
    expect(report.leadTime.author).toMatchObject({ n: 0, median: null });
    expect(report.unknowns.map(({ what }) => what).join(" ")).toContain("What 1 of 1 deployment brought");
  });

  it("asks for what is missing alone: a revision where none was told, the commits where one was", () => {
    const named = deploymentFact({ id: "a", revision: "a1" });
    const unnamed = deploymentFact({ id: "b", finishedAtMs: START_MS + DAY_MS });
    const asked = (deployments: readonly DeploymentFact[]) =>
      measureDelivery(factsOf({ deployments }), WINDOW).unknowns.filter(({ what }) => what.includes("brought"));

    expect(asked([named])).toMatchObject([{ what: expect.stringContaining("1 of 1"), tells: ["commits"] }]);
    expect(asked([unnamed])).toMatchObject([{ source: "`revision` on each deployment", tells: ["deployments"] }]);
    expect(asked([named, unnamed])).toHaveLength(2);
    expect(asked([{ ...named, commits: ["a1"] }])).toEqual([]);
  });

  it("keeps failed attempts out of the deployments", () => {
    const failed = deploymentFact({ id: "f", revision: "c9", outcome: "failed", finishedAtMs: START_MS + DAY_MS });

    const report = measureDelivery(factsOf({ commits: COMMITS, deployments: [failed, ...RELEASES] }), WINDOW);

    expect(report.frequency).toMatchObject({ count: 10, failedAttempts: 1 });
  });

  // Goal: a backfill, or a webhook told twice or late, never changes what was measured.
  it("gives the same report whatever the order of the facts, and however often one is told", () => {
    const facts = factsOf({ commits: COMMITS, deployments: RELEASES });
    const expected = measureDelivery(facts, WINDOW);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...COMMITS], { minLength: COMMITS.length }),
        fc.shuffledSubarray([...RELEASES], { minLength: RELEASES.length }),
        fc.nat(9),
        (commits, deployments, again) => {
          const twice = [...deployments, ...deployments.slice(again, again + 1)];

          const report = measureDelivery(
            { ...facts, commits: [...commits, ...commits.slice(again)], deployments: twice },
            WINDOW,
          );

          expect(report).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("has no figure where there is nothing", () => {
    const report = measureDelivery(factsOf({}), WINDOW);

    expect(report).toMatchObject({
      frequency: { count: 0, perWeek: 0 },
      changeFailRate: { rate: null, interval: null },
      recovery: { n: 0, median: null },
      rework: { rate: null },
      stages: null,
      whatIf: [],
    });
    expect(report.trend.every(({ finding }) => finding === "too-few")).toBe(true);
  });
});
