import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { GeneratedRepository } from "../../git/generated-repository.fixture.ts";
import { runCli } from "../cli.fixture.ts";
import { FROM, mergeCommits, monorepo, rebases, releaseBranches, squashes, TO } from "./habits.fixture.ts";

const cache = mkdtempSync(join(tmpdir(), "steadfast-cache-"));
const WINDOW = ["--from", FROM, "--to", TO];

const report = z.object({
  releasePatterns: z.array(z.string()),
  releases: z.object({ count: z.number() }),
  commits: z.object({ nonMerge: z.number(), merge: z.number(), duplicates: z.number() }),
  leadTimeHours: z.object({ author: z.object({ n: z.number(), median: z.number(), negative: z.number() }) }),
});

async function measured(repository: GeneratedRepository, ...options: readonly string[]): Promise<string> {
  const run = await runCli(["delivery", repository.path, "--json", ...WINDOW, ...options], { XDG_CACHE_HOME: cache });
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  // The history's own ids depend on nothing but its content; the folder's name is random.
  return run.stdout;
}

/** Lead times as git itself tells which release brought what: `git rev-list r --not <earlier>`, a process a release. */
function leadTimesByGit(repository: GeneratedRepository, pattern: RegExp): readonly number[] {
  const listed = repository.git(
    "for-each-ref",
    "refs/tags",
    "--format=%(refname:short) %(creatordate:unix) %(objectname) %(*objectname)",
  );
  const tags = listed
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([name = ""]) => pattern.test(name));
  const points = tags.map(([name = "", at, object = "", peeled]) => ({
    name,
    atS: Number(at),
    commit: peeled === "" || peeled === undefined ? object : peeled,
  }));
  points.sort((a, b) => a.atS - b.atS || (a.name < b.name ? -1 : 1));
  const leads: number[] = [];
  const earlier: string[] = [];
  const seen = new Set<string>();
  for (const { atS, commit } of points) {
    const range = [commit, "--not", ...earlier];
    const log =
      earlier.length === 0 ? "" : repository.git("log", "--no-merges", "--format=%at %an %s", ...range).trim();
    const first =
      earlier.length === 0 ? repository.git("log", "--no-merges", "--format=%at %an %s", commit).trim() : "";
    for (const line of first.split("\n")) seen.add(line);
    for (const line of log === "" ? [] : log.split("\n")) {
      if (!seen.has(line)) leads.push((atS - Number(line.split(" ")[0])) / 3_600);
      seen.add(line);
    }
    earlier.push(commit);
  }
  return leads.sort((a, b) => a - b);
}

describe("a report of a repository of known habit", () => {
  let repositories: Record<"merges" | "squashes" | "rebases" | "branches" | "monorepo", GeneratedRepository>;

  beforeAll(async () => {
    repositories = {
      merges: await mergeCommits(),
      squashes: await squashes(),
      rebases: await rebases(),
      branches: await releaseBranches(),
      monorepo: await monorepo(),
    };
  });

  afterAll(() => {
    for (const repository of Object.values(repositories)) repository.remove();
    rmSync(cache, { recursive: true, force: true });
  });

  it.each(["merges", "squashes", "rebases", "branches"] as const)("is what it was: %s", async (habit) => {
    await expect(await measured(repositories[habit])).toMatchFileSnapshot(`golden/${habit}.txt`);
  });

  it("is what it was, for each package of a monorepo", async () => {
    const json = await measured(repositories.monorepo, "--package", "packages/api", "--package", "packages/web/");

    await expect(json).toMatchFileSnapshot("golden/monorepo.txt");
  });

  // Goal: the quick pass over the graph says what git says, release by release.
  it.each([
    ["merges", /^v\d+\.\d+\.\d+$/],
    ["squashes", /^v\d+\.\d+\.\d+$/],
    ["rebases", /^release-\d+$/],
    ["branches", /^v\d+\.\d+$/],
  ] as const)("agrees with git rev-list: %s", async (habit, pattern) => {
    const { leadTimeHours, commits } = report.parse(JSON.parse(await measured(repositories[habit])));

    const leads = leadTimesByGit(repositories[habit], pattern);

    expect(leadTimeHours.author.n).toBe(leads.length);
    expect(commits.nonMerge).toBe(leads.length);
    const middle = (leads.length - 1) / 2;
    expect(leadTimeHours.author.median).toBeCloseTo(
      ((leads[Math.floor(middle)] ?? 0) + (leads[Math.ceil(middle)] ?? 0)) / 2,
      5,
    );
  });

  it("proposes the releases from the tags, and takes pre-releases only when asked", async () => {
    const stable = report.parse(JSON.parse(await measured(repositories.squashes)));
    const all = report.parse(JSON.parse(await measured(repositories.squashes, "--include-prereleases")));

    // Both tags stand on one commit: the release point moves to the earlier one, and their number stays.
    expect([stable.releases.count, all.releases.count]).toEqual([30, 30]);
    expect(all.leadTimeHours.author.median).toBe(stable.leadTimeHours.author.median - 1);
  });

  it("prefers the tags of the package that is asked for", async () => {
    const api = report.parse(JSON.parse(await measured(repositories.monorepo, "--package", "packages/api")));

    expect(api.releasePatterns).toEqual(["^@acme\\/api@(?<major>\\d+)\\.(?<minor>\\d+)\\.(?<patch>\\d+)$"]);
    expect(api.releases.count).toBe(15);
  });
});
