import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changeFact,
  commitFact,
  DAY_MS,
  deploymentFact,
  factsOf,
  HOUR_MS,
  incidentFact,
  START_MS,
} from "./delivery.fixture.ts";
import type { CommitFact, DeliveryFacts, DeploymentFact } from "./facts.ts";
import { measureDelivery } from "./measure.ts";
import type { DeliveryReport } from "./report.ts";

const SHAS = ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(40));
const at = (day: number) => START_MS + day * DAY_MS;

/** A line of commits, each deployed as v1, v2, … a day apart. */
function line(messages: readonly Partial<CommitFact>[], kind: DeploymentFact["kind"] = "release"): DeliveryFacts {
  const commits = messages.map((message, index) =>
    commitFact({
      sha: SHAS[index] ?? "",
      parents: index === 0 ? [] : [SHAS[index - 1] ?? ""],
      committedAtMs: at(index),
      ...message,
    }),
  );
  const deployments = commits.map(({ sha }, index) =>
    deploymentFact({ id: `v${index + 1}`, kind, revision: sha, finishedAtMs: at(index + 1) }),
  );
  return factsOf({ commits, deployments });
}

function measure(facts: DeliveryFacts): DeliveryReport {
  return measureDelivery(facts, { fromMs: START_MS, toMs: at(365) });
}

/** v3 takes v2's commit back, said in the given words. */
function revertedBy(
  subject: string,
  body = "",
  broken: Partial<CommitFact> = { subject: "feat: pay by card (#7)" },
): DeliveryReport {
  return measure(line([{}, broken, { subject, body }]));
}

describe("a failed deployment", () => {
  it.each([
    ["its id", "Revert it", `This reverts commit ${SHAS[1]}.`, "revert-sha", "strong"],
    ["its abbreviated id", "back out cards", `This reverts commit ${SHAS[1]?.slice(0, 9)}`, "revert-sha", "strong"],
    ["its id among others", "x", `This reverts commits ${"9".repeat(40)} and ${SHAS[1]}.`, "revert-sha", "strong"],
    ["its request", "Revert cards", "Reverts acme/shop#7", "revert-pull-request", "strong"],
    ["its request in the subject", "Revert #7", "", "revert-pull-request", "strong"],
    ["its merge request", "Revert cards", "This reverts merge request !7", "revert-pull-request", "strong"],
    ["its title", 'Revert "feat: pay by card"', "", "revert-title", "likely"],
    ["its title with numbers", 'Revert "feat: pay by card (#7)" (#9)', "", "revert-title", "likely"],
    ["its title, as a fix", 'fix: Revert "feat: pay by card"', "", "revert-title", "likely"],
    ["its title, as a fix of a part", 'fix(api)!: revert "Feat: Pay by card" (#9)', "", "revert-title", "likely"],
    ["its title, in the conventional way", "revert: feat: pay by card (#9)", "", "revert-title", "likely"],
  ])("is found by a revert that names %s", (_how, subject, body, failedBy, certainty) => {
    const { changeFailRate } = revertedBy(subject, body);

    expect(changeFailRate.links).toMatchObject([
      { release: "v2", failedBy, certainty, recoveredBy: "v3", recoveryMs: DAY_MS },
    ]);
    expect(changeFailRate).toMatchObject({ failed: 1, deployments: 3 });
  });

  it("is found by the title of the request that a merge brought", () => {
    const merge = {
      subject: "Merge pull request #7 from ada/cards",
      body: "Pay by card",
      parents: [SHAS[0] ?? "", "f".repeat(40)],
    };

    expect(revertedBy('Revert "Pay by card"', "", merge).changeFailRate.links).toMatchObject([{ release: "v2" }]);
  });

  it("is found by the request's number where a source knows what it brought", () => {
    const facts = line([{}, { subject: "cards" }, { subject: "Revert #7" }]);
    const changes = [changeFact({ id: "pr", number: 7, mergeCommit: SHAS[1] ?? null, mergedAtMs: at(1) })];

    expect(measure({ ...facts, changes }).changeFailRate.links).toMatchObject([
      { release: "v2", failedBy: "revert-pull-request" },
    ]);
  });

  it("is none where the revert shipped with what it takes back", () => {
    const facts = line([{}, { subject: "feat: x" }, { subject: 'Revert "feat: x"' }]);
    const deployments = facts.deployments.filter(({ id }) => id !== "v2");

    expect(measure({ ...facts, deployments }).changeFailRate).toMatchObject({
      failed: 0,
      deployments: 2,
      links: [],
      unlinked: [],
    });
  });

  it("is not made by a revert of a revert, which ships the change again", () => {
    const report = measure(
      line([{}, { subject: "feat: x" }, { subject: 'Revert "feat: x"' }, { subject: 'Revert "Revert "feat: x""' }]),
    );

    expect(report.changeFailRate.links.map(({ release }) => release)).toEqual(["v2"]);
  });

  it("stays open, as long as the revert has not shipped", () => {
    const facts = line([{}, { subject: "feat: x" }, { subject: 'Revert "feat: x"' }]);
    const deployments = facts.deployments.filter(({ id }) => id !== "v3");

    const { recovery, changeFailRate } = measure({ ...facts, deployments });

    expect(recovery).toMatchObject({ n: 0, open: 1, median: null, medianWithOpen: null });
    expect(changeFailRate.links).toMatchObject([
      { recoveredBy: null, recoveryMs: null, openForMs: 363 * DAY_MS, atMs: deployments[1]?.finishedAtMs },
    ]);
  });

  it("is shown as unlinked where nothing in the history has the title", () => {
    const { unlinked, failed } = revertedBy('Revert "something else"').changeFailRate;

    expect(failed).toBe(0);
    expect(unlinked).toMatchObject([{ kind: "revert-title" }]);
  });
});

describe("a rollback", () => {
  /** One "line is enough": deployments of revisions that no source told the commits of. */
  const rolesOf = (...revisions: readonly (string | null)[]) => {
    const deployments = revisions.map((revision, index) =>
      deploymentFact({ id: `d${index}`, revision, finishedAtMs: at(index + 1) }),
    );
    const report = measure(factsOf({ deployments }));
    return {
      roles: report.deployments.map(({ role }) => role).join(" "),
      failed: report.changeFailRate.links.map(({ deploymentId, certainty }) => `${deploymentId} ${certainty}`),
    };
  };

  it("is seen from the revisions alone: what ran before runs again", () => {
    expect(rolesOf("a", "b", "a")).toEqual({ roles: "unknown unknown rollback", failed: ["d1 recorded"] });
    expect(rolesOf("a", "b", "c", "a")).toEqual({
      roles: "unknown unknown unknown rollback",
      failed: ["d1 not-proven-which", "d2 not-proven-which"],
    });
    expect(rolesOf("a", "b", "a", "b").roles).toBe("unknown unknown rollback redeployment");
    expect(rolesOf("a", null, "a").roles).toBe("unknown unknown redeployment");
  });

  it("is not the same revision again right after: that is a redeployment, and no failure", () => {
    expect(rolesOf("a", "a", "b", "b")).toEqual({
      roles: "unknown redeployment unknown redeployment",
      failed: [],
    });
  });

  it("is of one repository: what runs of another one of the service says nothing of it", () => {
    const ids = ["acme/api@1", "acme/web@2", "acme/api@3", "acme/web@4", "acme/web@5"];
    const deployments = ["a", "b", "a", "c", "b"].map((revision, index) =>
      deploymentFact({ id: ids[index] ?? "", revision, finishedAtMs: at(index + 1) }),
    );

    const { deployments: measured, changeFailRate } = measure(factsOf({ deployments }));

    expect(measured.map(({ role }) => role).join(" ")).toBe("unknown unknown redeployment unknown rollback");
    expect(changeFailRate.links.map(({ deploymentId, certainty }) => `${deploymentId} ${certainty}`)).toEqual([
      "acme/web@4 recorded",
    ]);
  });

  it("is seen also where the commits of one of both revisions are known", () => {
    const commits = [commitFact({ sha: "b" })];
    const deployments = ["a", "b", "a"].map((revision, index) =>
      deploymentFact({ id: `d${index}`, revision, finishedAtMs: at(index + 1) }),
    );

    const report = measure(factsOf({ commits, deployments }));

    expect(report.deployments.map(({ role }) => role)).toEqual(["unknown", "baseline", "rollback"]);
  });

  const back = (to: string | undefined, day: number, more: Partial<DeploymentFact> = {}) =>
    deploymentFact({ id: `back${day}`, revision: to ?? null, finishedAtMs: at(day), ...more });

  it("ships nothing, blames what it took back, and is no part of the denominator", () => {
    const facts = line([{}, {}], "deployment");

    const report = measure({ ...facts, deployments: [...facts.deployments, back(SHAS[0], 3)] });

    expect(report.deployments.map(({ role }) => role)).toEqual(["baseline", "shipped", "rollback"]);
    expect(report.changeFailRate).toMatchObject({ failed: 1, deployments: 2, rate: 0.5, rateOfAll: 1 / 3 });
    expect(report.changeFailRate.links).toMatchObject([{ release: "v2", certainty: "recorded", recoveryMs: DAY_MS }]);
    expect(report.rework).toMatchObject({ count: 1, deployments: 3 });
  });

  it("of several deployments proves none of them, and is one failure", () => {
    const facts = line([{}, {}, {}], "deployment");

    const { changeFailRate, recovery } = measure({ ...facts, deployments: [...facts.deployments, back(SHAS[0], 4)] });

    expect(changeFailRate.failed).toBe(1);
    expect(changeFailRate.links.map(({ release, certainty }) => [release, certainty])).toEqual([
      ["v2", "not-proven-which"],
      ["v3", "not-proven-which"],
    ]);
    expect(recovery).toMatchObject({ n: 1, median: 2 * DAY_MS });
  });

  it("of several deployments blames the one that other evidence names", () => {
    const facts = line([{}, {}, {}], "deployment");
    const incidents = [incidentFact({ id: "i", causedBy: ["v3"] })];

    const { changeFailRate } = measure({ ...facts, incidents, deployments: [...facts.deployments, back(SHAS[0], 4)] });

    expect(changeFailRate.links).toMatchObject([{ release: "v3", failedBy: "incident-cause", certainty: "explicit" }]);
  });

  it("that was recorded names its deployment, also of a flag", () => {
    const flags = ["f1", "f2"].map((id, index) => deploymentFact({ id, kind: "flag", finishedAtMs: at(index + 1) }));
    const rollback = deploymentFact({ id: "r", kind: "flag", isRollback: true, rollsBack: "f1", finishedAtMs: at(3) });

    const { changeFailRate } = measure(factsOf({ deployments: [...flags, rollback] }));

    expect(changeFailRate.links).toMatchObject([{ deploymentId: "f1", certainty: "recorded", recoveryMs: 2 * DAY_MS }]);
  });

  it("is not a deployment forward to what was taken back, nor the same revision again", () => {
    const facts = line([{}, {}], "deployment");
    const more = [back(SHAS[1], 2.5), back(SHAS[0], 3), back(SHAS[1], 4)];

    const report = measure({ ...facts, deployments: [...facts.deployments, ...more] });

    expect(report.deployments.map(({ role }) => role)).toEqual([
      "baseline",
      "shipped",
      "redeployment",
      "rollback",
      "redeployment",
    ]);
  });
});

describe("an incident", () => {
  it.each([
    ["lays itself to the last deployment of the window", at(2) + HOUR_MS, null, "v2", "possible"],
    ["blames nothing that was deployed longer ago", at(3) + 25 * HOUR_MS, null, undefined, undefined],
    ["that no change caused is left out", at(2) + HOUR_MS, false, undefined, undefined],
  ])("%s", (_what, detectedAtMs, isCausedByChange, release, certainty) => {
    const incidents = [incidentFact({ id: "i", detectedAtMs, isCausedByChange, resolvedAtMs: detectedAtMs + HOUR_MS })];

    const { changeFailRate } = measure({ ...line([{}, {}, {}]), incidents });

    expect(changeFailRate.links[0]?.release).toBe(release);
    expect(changeFailRate.links[0]?.certainty).toBe(certainty);
    expect(changeFailRate.unlinked).toHaveLength(release === undefined && isCausedByChange !== false ? 1 : 0);
  });

  it("ends with the deployment that mends it, else when it was resolved", () => {
    const facts = line([{}, {}, {}]);
    const incidents = [
      incidentFact({ id: "i", causedBy: [SHAS[1] ?? ""], detectedAtMs: at(2), resolvedAtMs: at(2) + HOUR_MS }),
    ];
    const deployments = facts.deployments.map((fact) => (fact.id === "v3" ? { ...fact, remediates: ["i"] } : fact));

    const resolved = measure({ ...facts, incidents });
    const mended = measure({ ...facts, incidents, deployments });

    expect(resolved.changeFailRate.links).toMatchObject([{ release: "v2", recoveryMs: HOUR_MS, recoveredBy: null }]);
    expect(mended.changeFailRate.links).toMatchObject([{ release: "v2", recoveryMs: DAY_MS, recoveredBy: "v3" }]);
  });
});

describe("the change fail rate", () => {
  // Goal: a peer's published query gives 120 % on its own fixture.
  it("never exceeds 100 %, whatever is said of the deployments", () => {
    const ids = fc.constantFrom("v1", "v2", "v3", "v4", "v5", "i1");
    const claims = fc.array(fc.record({ mends: ids, isRollback: fc.boolean(), by: ids, resolved: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(claims, (list) => {
        const facts = line([{}, {}, {}, {}, {}], "deployment");
        const extra = list.map(({ mends, isRollback, by }, index) =>
          deploymentFact({
            id: `x${index}`,
            remediates: [mends],
            isRollback,
            rollsBack: by,
            finishedAtMs: at(10 + index),
            revision: SHAS[index % 5] ?? "",
          }),
        );
        const incidents = list.map(({ by, resolved }, index) =>
          incidentFact({
            id: `i${index}`,
            causedBy: [by],
            detectedAtMs: at(index),
            resolvedAtMs: resolved ? at(index + 1) : null,
          }),
        );

        const { changeFailRate, recovery } = measure({
          ...facts,
          incidents,
          deployments: [...facts.deployments, ...extra],
        });

        expect(changeFailRate.rate).toBeLessThanOrEqual(1);
        expect(recovery.n + recovery.open).toBe(changeFailRate.failed);
      }),
    );
  });

  // Goal: the same facts give the same report, in whatever order git or a webhook tells them.
  it("is told by the first of two reverts that are equally sure, whichever was told first", () => {
    const facts = line([
      {},
      { subject: "feat: pay by card (#7)" },
      { subject: "Revert #7" },
      { subject: "undo", body: `This reverts commit ${SHAS[1] ?? ""}.` },
    ]);

    const [told, backwards] = [facts, { ...facts, commits: [...facts.commits].reverse() }].map(measure);

    expect(told?.changeFailRate.links).toMatchObject([
      { release: "v2", failedBy: "revert-pull-request", recoveredBy: "v3" },
    ]);
    expect(backwards).toEqual(told);
  });
});
