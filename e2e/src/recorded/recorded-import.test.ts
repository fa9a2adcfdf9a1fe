import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "../cli-process.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { readExample, readScenario, startRecordedGitHub } from "./recorded-github.ts";

const OLD_NAME = "octokit-fixture-org/rename-repository";
const NAME = `${OLD_NAME}-newname`;
const AT = `/repos/${NAME}`;
const DESCRIBED = "/repos/{owner}/{repo}";

type Facts = Record<"commits" | "changes" | "deployments" | "incidents" | "pipelineRuns", Record<string, unknown>[]>;

let server: ServerProcess;
let github: Awaited<ReturnType<typeof startRecordedGitHub>>;
let cache: string;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), "steadfast-recorded-"));
  [server, github] = await Promise.all([startServer(), recordedRepository().then(startRecordedGitHub)]);
  await server.api.request("PUT", "/api/v1/services/shop", { repositories: [NAME] });
});

afterAll(async () => {
  await Promise.all([server?.stop(), github?.stop()]);
  rmSync(cache, { recursive: true, force: true });
});

/** A repository that was renamed, with recorded pages of issues and a recorded release; the rest as GitHub describes it. */
async function recordedRepository() {
  const [renamed, issues, releases] = await Promise.all(
    ["rename-repository", "paginate-issues", "release-assets"].map(readScenario),
  );
  const described = async (path: string) => ({ response: await readExample(`${DESCRIBED}${path}`) });
  const [release] = releases ?? [];
  const { tag_name } = z.object({ tag_name: z.string() }).parse(release?.response);
  const [tag] = z.array(z.looseObject({})).parse((await described("/tags")).response);
  return new Map([
    ...(renamed ?? []).filter(({ method }) => method === "get").map((each) => [each.path, each] as const),
    ...(issues ?? []).map((each, index) => [index === 0 ? `${AT}/issues` : each.path, each] as const),
    // Issues are asked for by the labels that make them incidents, and by no other.
    [`${AT}/labels`, { response: [{ name: "bug" }, { name: "Incident:Staging" }] }],
    [`${AT}/releases`, { ...release, response: [release?.response] }],
    // The example's tag is of another release.
    [`${AT}/tags`, { response: [{ ...tag, name: tag_name }] }],
    [`${AT}/commits`, await described("/commits")],
    [`${AT}/pulls`, await described("/pulls")],
    [`${AT}/pulls/1347`, await described("/pulls/{pull_number}")],
    [`${AT}/pulls/1347/reviews`, await described("/pulls/{pull_number}/reviews")],
    [`${AT}/pulls/1347/commits`, await described("/pulls/{pull_number}/commits")],
    [`${AT}/deployments`, await described("/deployments")],
    [`${AT}/deployments/1/statuses`, await described("/deployments/{deployment_id}/statuses")],
    [`${AT}/actions/runs`, await described("/actions/runs")],
  ]);
}

const facts = (environment = "production"): Promise<Facts> =>
  server.api.get(`/api/v1/services/shop/facts?environment=${environment}`);

function importAll() {
  const args = ["delivery", "import", "github", "--repo", OLD_NAME, "--api-url", github.url, "--days", "800", "--json"];
  const env = { STEADFAST_URL: server.url, STEADFAST_TOKEN: server.adminToken, XDG_CACHE_HOME: cache };
  return runCli(args, { env: { ...env, GITHUB_TOKEN: "forge-secret" } });
}

describe("steadfast delivery import github, from what api.github.com answered", () => {
  it("follows a renamed repository and every page, and tells what it found under the new name", async () => {
    const done = await importAll();
    const again = await importAll();
    const told = await facts();
    const released = await facts("releases");

    expect(done.code, done.log).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ told: 0 });
    expect(github.asked.filter((path) => path.includes("/issues"))).toHaveLength(2 * 5);
    // None of the recorded issues has a label: they are no incidents.
    expect(told.incidents).toEqual([]);
    expect(told.commits).toMatchObject([
      { subject: "Fix all the bugs", author: "Monalisa Octocat <support@github.com>" },
    ]);
    expect(told.changes).toMatchObject([
      { id: `${NAME}#1347`, author: "octocat", linesAdded: 100, reviews: [{ verdict: "approved" }] },
    ]);
    expect(told.deployments).toMatchObject([
      { name: "topic-branch · a84d88e", outcome: "succeeded", environment: "production" },
    ]);
    expect(told.pipelineRuns).toMatchObject([{ name: "Build", outcome: null }]);
    expect(released.deployments).toMatchObject([
      { id: `${NAME}@v1.0.0`, kind: "release", revision: "c5b97d5ae6c19d5c5df71a34c7fbeeda2479ccbc" },
    ]);
  });
});
