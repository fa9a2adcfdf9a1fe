import { describe, expect, it } from "vitest";
import { changeFact, commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { ChangeFact, DeliveryFacts } from "./facts.ts";
import { measureDelivery } from "./measure.ts";

const WINDOW = { fromMs: START_MS, toMs: START_MS + 365 * DAY_MS };
const hour = (hours: number) => START_MS + hours * HOUR_MS;
const by = (reviewer: string, hours: number, verdict: ChangeFact["reviews"][number]["verdict"], isBot = false) => ({
  reviewer,
  isBot,
  atMs: hour(hours),
  verdict,
});

const REQUEST = changeFact({
  id: "pr1",
  number: 1,
  firstCommitAtMs: hour(0),
  openedAtMs: hour(2),
  reviews: [
    by("ada", 2.5, "commented"),
    by("lint", 2.6, "approved", true),
    by("bob", 5, "changes-requested"),
    by("bob", 9, "approved"),
  ],
  mergedAtMs: hour(10),
  mergeCommit: "m1",
});

function factsFor(change: ChangeFact): DeliveryFacts {
  return factsOf({
    commits: [commitFact({ sha: "m0" }), commitFact({ sha: "m1", parents: ["m0"], committedAtMs: hour(10) })],
    changes: [change],
    deployments: [
      deploymentFact({ id: "d0", revision: "m0", finishedAtMs: hour(0) }),
      deploymentFact({ id: "d1", revision: "m1", startedAtMs: hour(20), finishedAtMs: hour(21) }),
    ],
  });
}

describe("stages of a pull request", () => {
  it("follow each other from the first commit to the last user", () => {
    const [change] = measureDelivery(factsFor(REQUEST), WINDOW).changes;

    expect(change).toMatchObject({ unit: "pull request", leadMs: 21 * HOUR_MS });
    expect(change?.stagesMs).toEqual({
      coding: 2 * HOUR_MS,
      pickup: 3 * HOUR_MS,
      review: 4 * HOUR_MS,
      merge: HOUR_MS,
      queue: 10 * HOUR_MS,
      rollout: HOUR_MS,
    });
  });

  it("count a draft as coding until it was made ready, also where it was reviewed before", () => {
    const [change] = measureDelivery(factsFor({ ...REQUEST, readyAtMs: hour(6) }), WINDOW).changes;

    expect(change?.stagesMs).toMatchObject({ coding: 6 * HOUR_MS, pickup: 0, review: 3 * HOUR_MS });
  });

  it("are all merge where nobody else reviewed", () => {
    const [change] = measureDelivery(factsFor({ ...REQUEST, reviews: [] }), WINDOW).changes;

    expect(change?.stagesMs).toMatchObject({ coding: 2 * HOUR_MS, pickup: 0, review: 0, merge: 8 * HOUR_MS });
  });

  it("add up to the whole, in total and in the slowest tenth", () => {
    const ledger = measureDelivery(factsFor(REQUEST), WINDOW).stages;

    const total = ledger?.stages.reduce((sum, { shareOfTotal }) => sum + (shareOfTotal ?? 0), 0);

    expect(ledger).toMatchObject({ unit: "pull request", n: 1, left: 0 });
    expect(total).toBeCloseTo(1, 12);
    expect(ledger?.stages.filter(({ isWaiting }) => isWaiting).map(({ stage }) => stage)).toEqual([
      "pickup",
      "merge",
      "queue",
    ]);
  });

  it("tell how much of them was CI, counting runs side by side once", () => {
    const run = { name: "ci", url: null, revision: "m1", outcome: "succeeded" } as const;
    const pipelineRuns = [
      { ...run, id: "a", queuedAtMs: hour(10), startedAtMs: hour(11), finishedAtMs: hour(13) },
      { ...run, id: "b", queuedAtMs: hour(10), startedAtMs: hour(12), finishedAtMs: hour(14) },
    ];

    const ledger = measureDelivery({ ...factsFor(REQUEST), pipelineRuns }, WINDOW).stages;

    expect(ledger?.stages.find(({ stage }) => stage === "queue")).toMatchObject({
      ciQueueMs: HOUR_MS,
      ciRunMs: 3 * HOUR_MS,
    });
  });
});

describe("a stage that nobody told of", () => {
  const untold = (facts: DeliveryFacts) => measureDelivery(facts, WINDOW);
  const withoutStart = (facts: DeliveryFacts): DeliveryFacts => ({
    ...facts,
    deployments: facts.deployments.map((deployment) => ({ ...deployment, startedAtMs: null })),
  });

  it("is unknown and not zero: it has no length, no median, no share and no week", () => {
    const report = untold(withoutStart(factsFor({ ...REQUEST, firstCommitAtMs: null })));

    expect(Object.keys(report.changes[0]?.stagesMs ?? {})).toEqual(["pickup", "review", "merge", "queue"]);
    expect(Object.keys(report.stages?.weeks[0]?.meanMs ?? {})).toEqual(["pickup", "review", "merge", "queue"]);
    for (const stage of ["coding", "rollout"])
      expect(report.stages?.stages.find((each) => each.stage === stage)).toMatchObject({
        ...{ ms: { n: 0, median: null, p90: null }, shareOfTotal: null, shareOfSlowest: null },
      });
    expect(report.stages?.stages.find(({ stage }) => stage === "queue")).toMatchObject({
      ...{ ms: { n: 1, median: 11 * HOUR_MS }, shareOfTotal: 11 / 19 },
    });
  });

  it("is named, with how many it is unknown of and which source would tell", () => {
    const named = (facts: DeliveryFacts) =>
      untold(facts)
        .unknowns.filter(({ what }) => what.startsWith("How long"))
        .map(({ what, source }) => [what, source].join(" "));

    expect(named(factsFor(REQUEST))).toEqual([]);
    expect(named(withoutStart(factsFor({ ...REQUEST, firstCommitAtMs: null })))).toEqual([
      expect.stringMatching(/coding took of 1 of 1 pull request: .* import.*firstCommitAt/),
      expect.stringMatching(/rollout took of 1 of 1 pull request: .*startedAt/),
    ]);
  });

  // Goal: a figure is of those that know it, and says of how many.
  it("is measured of the others alone", () => {
    const told = Array.from({ length: 6 }, (_, index) => index);
    const changes = told.map((index) => ({
      ...{ ...REQUEST, id: `pr${index}`, mergeCommit: `m${index + 1}`, number: index },
      firstCommitAtMs: index < 2 ? hour(0) : null,
    }));
    const shas = ["m0", ...changes.map(({ mergeCommit }) => mergeCommit)];
    const commits = shas.map((sha, index) => commitFact({ sha, parents: index === 0 ? [] : [shas[index - 1] ?? ""] }));
    const deployments = [
      deploymentFact({ id: "d0", revision: "m0", finishedAtMs: hour(0) }),
      deploymentFact({ id: "d1", revision: "m6", startedAtMs: hour(20), finishedAtMs: hour(21) }),
    ];

    const { stages } = untold(factsOf({ commits, changes, deployments }));

    const [coding, pickup] = stages?.stages ?? [];
    expect(stages?.n).toBe(6);
    expect(coding).toMatchObject({ ms: { n: 2, median: 2 * HOUR_MS }, shareOfTotal: 2 / 21, shareOfSlowest: 2 / 21 });
    expect(pickup).toMatchObject({ ms: { n: 6, median: 3 * HOUR_MS } });
  });
});

describe("what-if", () => {
  it("replays no cap on a stage that nobody told of, and leaves those changes alone that do not know theirs", () => {
    const facts = steady(1);
    const known = (count: number) => ({
      ...facts,
      changes: facts.changes.map((change, index) => ({
        ...change,
        firstCommitAtMs: index < count ? change.openedAtMs - 10 * HOUR_MS : null,
      })),
    });
    const coding = (count: number) =>
      measureDelivery(known(count), WINDOW).whatIf.find(({ stage }) => stage === "coding");

    expect(coding(0)).toBeUndefined();
    expect(coding(19)).toBeUndefined();
    expect(coding(20)).toMatchObject({ capMs: 5 * HOUR_MS, touched: 20, n: 40 });
  });

  /** 40 requests: each merged 30 h after it was opened, 20 h of them waiting for a review; deployed every `everyHours`. */
  function steady(everyHours: number): DeliveryFacts {
    const commits = [commitFact({ sha: "m0" })];
    const changes: ChangeFact[] = [];
    for (let index = 1; index <= 40; index += 1) {
      const openedAtMs = hour(index * 5);
      const mergedAtMs = openedAtMs + 30 * HOUR_MS;
      commits.push(commitFact({ sha: `m${index}`, parents: [`m${index - 1}`], committedAtMs: mergedAtMs }));
      const reviews = [
        { reviewer: "bob", isBot: false, atMs: openedAtMs + 20 * HOUR_MS, verdict: "approved" as const },
      ];
      changes.push(
        changeFact({
          id: `pr${index}`,
          openedAtMs,
          firstCommitAtMs: openedAtMs,
          mergedAtMs,
          mergeCommit: `m${index}`,
          reviews,
        }),
      );
    }
    const deployments = [deploymentFact({ id: "d0", revision: "m0", finishedAtMs: hour(0) })];
    for (let at = everyHours; at <= 400; at += everyHours) {
      const merged = commits.findLast(({ committedAtMs }) => committedAtMs <= hour(at));
      deployments.push(deploymentFact({ id: `d${at}`, revision: merged?.sha ?? "m0", finishedAtMs: hour(at) }));
    }
    return factsOf({ commits, changes, deployments });
  }

  it("hands a change that was ready earlier to the real deployment that would have taken it", () => {
    const pickup = measureDelivery(steady(1), WINDOW).whatIf.find(({ stage }) => stage === "pickup");

    expect(pickup).toMatchObject({ capMs: 10 * HOUR_MS, touched: 40, n: 40, absorbed: 0 });
    expect((pickup?.median.before ?? 0) - (pickup?.median.after ?? 0)).toBe(10 * HOUR_MS);
  });

  it("sees that rare deployments absorb the saving", () => {
    const pickup = measureDelivery(steady(100), WINDOW).whatIf.find(({ stage }) => stage === "pickup");

    expect(pickup?.absorbed).toBeGreaterThan(30);
  });

  // Goal: who opens "touches 12 changes" finds those twelve.
  it("touches the changes whose stage took longer than the cap, and no other", () => {
    const uneven = steady(9);
    const changes = uneven.changes.map((change, index) => ({
      ...change,
      reviews: change.reviews.map((review) => ({ ...review, atMs: change.openedAtMs + (index % 27) * HOUR_MS })),
    }));

    const report = measureDelivery({ ...uneven, changes }, WINDOW);

    expect(report.whatIf.length).toBeGreaterThan(1);
    for (const { stage, capMs, touched } of report.whatIf)
      expect(report.changes.filter(({ stagesMs }) => (stagesMs[stage] ?? 0) > capMs)).toHaveLength(touched);
    expect(report.whatIf.some(({ touched, n }) => touched > 0 && touched < n)).toBe(true);
  });

  it("names the bottleneck first, with an interval that holds the figure", () => {
    const [first] = measureDelivery(steady(100), WINDOW).whatIf;

    expect(first?.stage).toBe("queue");
    expect(first?.median.afterInterval.low).toBeLessThanOrEqual(first?.median.after ?? 0);
    expect(first?.median.afterInterval.high).toBeGreaterThanOrEqual(first?.median.after ?? 0);
  });
});
