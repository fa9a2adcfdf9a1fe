import { describe, expect, it } from "vitest";
import { deploymentOf, reportOf } from "./report.fixture.ts";
import { missingChanges, missingDeployments } from "./what-is-missing.ts";

const source = (name: string, tells: string[], tellings = 10) => ({
  ...{ name, repository: "acme/shop", tells, tellings, lastHeardAtMs: 0, isSilent: false },
});
const NONE = { commits: 0, changes: 0, deployments: 20 };

describe("what a report without changes lacks", () => {
  it("is a forge only when nothing was told of changes", () => {
    expect(missingChanges(reportOf({ told: NONE }))).toMatchObject({ isUnconnected: true });
  });

  it("is the pushes when requests were told, by the forge's own name for them", () => {
    const sources = [source("api", ["deployments"], 99), source("github", ["changes", "deployments"])];
    const ofGithub = missingChanges(reportOf({ told: { ...NONE, changes: 88 }, sources }));
    const ofGitlab = missingChanges(
      reportOf({ told: { ...NONE, changes: 1 }, sources: [source("gitlab", ["changes"])] }),
    );

    expect(ofGithub.what).toMatch(/^GitHub told of 88 pull requests, but of no pushes/);
    expect(ofGithub.remedy).toMatch(/^Add the event Pushes to its webhook/);
    expect(ofGithub.isUnconnected).toBe(false);
    expect([ofGitlab.what, ofGitlab.remedy].join(" ")).toMatch(
      /^GitLab told of 1 merge request, .* trigger Push events/,
    );
  });

  it("is the revisions when commits were told and no deployment says which it brought", () => {
    const told = { ...NONE, commits: 5 };
    const unknown = deploymentOf({ id: "a", role: "unknown" });

    expect(missingChanges(reportOf({ told, deployments: [unknown] })).what).toMatch(/^no deployment says which commit/);
    expect(
      missingChanges(reportOf({ told, deployments: [unknown, { ...unknown, id: "b", revision: "f" }] })).what,
    ).toMatch(/not those that 2 deployments brought/);
    expect(missingChanges(reportOf({ told, deployments: [deploymentOf({ id: "a", role: "baseline" })] })).what).toMatch(
      /brought no change that is new/,
    );
  });
});

describe("what a page without deployments lacks", () => {
  it("is the deployments when changes were told", () => {
    const sources = [source("github", ["changes", "commits"])];
    const told = { commits: 200, changes: 88, deployments: 0 };

    expect(missingDeployments(reportOf({ told, sources }))?.what).toBe(
      "GitHub told of 88 pull requests and 200 commits, but nobody of a deployment to production.",
    );
    expect(missingDeployments(reportOf({ told: { ...told, changes: 0 }, sources }))?.what).toMatch(/of 200 commits,/);
  });

  it("is not named when nothing was told, or deployments were, of another time", () => {
    expect(missingDeployments(reportOf({ told: { ...NONE, deployments: 0 } }))).toBeNull();
    expect(missingDeployments(reportOf({ told: { commits: 1, changes: 1, deployments: 1 } }))).toBeNull();
  });
});
