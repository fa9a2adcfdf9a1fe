import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GeneratedRepository, git } from "../../git/generated-repository.fixture.ts";
import { runCli } from "../cli.fixture.ts";
import { FROM, squashes, TO } from "./habits.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "steadfast-delivery-"));
const ENV = { XDG_CACHE_HOME: join(folder, "cache") };
const START_S = Date.UTC(2023, 0, 2) / 1_000;
const HOSTILE = "</title><script>alert(1)</script>";

/** Four releases, one of them named like a formula, with markup where names go. */
async function tiny(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("tiny");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let index = 1; index <= 4; index += 1) {
    const subject = index === 3 ? `Revert "${HOSTILE}"` : HOSTILE;
    main = repository.commit({
      parents: [main],
      message: subject,
      authoredAtS: START_S + index * 86_400,
      author: "A & B' <x@example.org>",
    });
    repository.tag(index === 4 ? "=cmd(1)-1.0.4" : `1.0.${index}`, main);
  }
  return await repository.build(main);
}

/** Releases an hour apart, if any, and a last tag of another kind. */
async function quickly(releases: number, lastTag?: string): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("quick");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let index = 0; index < releases; index += 1) {
    main = repository.commit({ parents: [main], message: `Step ${index}`, authoredAtS: START_S + index * 3_600 });
    repository.tag(`v1.${index}.0`, main);
  }
  if (lastTag !== undefined) repository.tag(lastTag, main);
  return await repository.build(main);
}

describe("steadfast delivery", () => {
  let many: GeneratedRepository;
  let few: GeneratedRepository;

  beforeAll(async () => {
    many = await squashes();
    few = await tiny();
  });

  afterAll(() => {
    many.remove();
    few.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("prints the levers, how releases were chosen, and what it could not know", async () => {
    const { stdout, stderr, exitCode } = await runCli(["delivery", many.path, "--from", FROM, "--to", TO], ENV);
    const text = stdout.replaceAll("\u00a0", " ");

    expect(exitCode).toBe(0);
    // Nobody watches a pipe: no progress is drawn into it.
    expect(stderr).toBe("");
    expect(text).toContain("Left out: 30 pre-releases (--include-prereleases)");
    expect(text).toMatch(/Change fail rate +20 % +6 of 30 releases/);
    expect(text).toMatch(/Lead time +5\.1 days/);
    expect(text).toContain("no detectable change");
    expect(text).toContain("pull requests, from GitHub or GitLab");
    expect(text.split("\n").every((line) => line.length <= 100)).toBe(true);
  });

  it("says too few instead of a figure, and tells machines the figure with its n", async () => {
    const options = ["delivery", few.path, "--releases", "^1\\.", "--from", FROM, "--to", TO];

    const { stdout } = await runCli(options, ENV);
    const json: unknown = JSON.parse((await runCli([...options, "--json"], ENV)).stdout);

    expect(stdout).toContain("too few (2)");
    expect(json).toMatchObject({ leadTimeHours: { author: { n: 2, median: 0, tooFew: true } } });
  });

  it("sets another time beside it", async () => {
    const { stdout } = await runCli(
      ["delivery", many.path, "--from", "2023-04-01", "--to", TO, "--compare", "2023-01-01..2023-04-01"],
      ENV,
    );

    expect(stdout).toMatch(/^2023-04-01 to 2024-01-01; what was is of 2023-01-01 to 2023-04-01$/m);
    expect(stdout.replaceAll("\u00a0", " ")).toMatch(/Frequency +\S+ a month +was 1\.09 a week; \d+ releases in/);
  });

  it("never stretches what was before the first release into a slower pace", async () => {
    const { stdout } = await runCli(["delivery", many.path, "--to", "2023-07-02"], ENV);
    const text = stdout.replaceAll("\u00a0", " ");

    // Thirty releases, six days apart, are less than half a year.
    expect(text).toContain("2023-01-08 to 2023-07-02");
    expect(text).toMatch(/Frequency +1\.2 a week +30 releases in 24\.9 weeks/);
  });

  it("makes no pace of a few releases, nor of a few hours", async () => {
    const quick = await quickly(12);
    const two = await runCli(["delivery", few.path, "--releases", "^1\\.", "--from", FROM, "--to", "2023-01-05"], ENV);
    const hours = await runCli(["delivery", quick.path], ENV);
    quick.remove();

    expect(two.stdout).toMatch(/Frequency +too few \(2\) +2 releases in 4\u00a0days/);
    expect(hours.stdout).toMatch(/Frequency +12 in 11\u00a0h +12 releases in 11\u00a0h/);
  });

  it("says what to do where there are no tags, or none that looks like a release", async () => {
    const untagged = await quickly(0);
    const nightly = await quickly(0, "nightly");

    const none = await runCli(["delivery", untagged.path], ENV);
    const odd = await runCli(["delivery", nightly.path], ENV);
    const json = await runCli(["delivery", untagged.path, "--json"], ENV);
    for (const each of [untagged, nightly]) each.remove();

    expect(none.stdout).toContain("There are no tags: there is no release to measure by.");
    for (const advice of ["git fetch --tags", "git tag v1.0.0 COMMIT", "POST /api/v1/deployments"])
      expect(none.stdout).toContain(advice);
    expect(odd.stdout).toContain("No tag looks like a release. There is 1, such as nightly.");
    expect(json.stderr).toBe("There are no tags: there is nothing to measure.\n");
  });

  it("takes the newest commit of a clone for the end, so that its silence is no fall", async () => {
    const { stdout } = await runCli(["delivery", many.path], ENV);

    expect(stdout).toContain("what came later is unknown, not");
    expect(stdout).toContain("2023-07-01");
  });

  it("writes a page without scripts, in which names are text", async () => {
    const file = join(folder, "report.html");

    const { exitCode, stderr } = await runCli(["delivery", few.path, "--releases", ".", "--html", file], ENV);
    const page = readFileSync(file, "utf8");

    expect([exitCode, stderr]).toEqual([0, `Written: ${file}\n`]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toContain("<script");
    expect(page).toContain("&#60;script&#62;");
    expect(page).toContain("<svg");
  });

  it("writes a line a release, in which no name is a formula", async () => {
    const { stdout } = await runCli(["delivery", few.path, "--releases", ".", "--csv"], ENV);

    const [head, ...rows] = stdout.trim().split("\n");
    expect(head).toMatch(/^package,release,time,/);
    expect(rows).toHaveLength(4);
    expect(rows.at(-1)).toContain("'=cmd(1)-1.0.4");
  });

  it("remembers line sizes, and measures again where the memory is damaged", async () => {
    const lines = async () =>
      JSON.parse((await runCli(["delivery", many.path, "--from", FROM, "--to", TO, "--json"], ENV)).stdout).batch
        .linesPerCommit;

    const first = await lines();
    const [cached = ""] = readdirSync(join(folder, "cache", "steadfast", "line-sizes"));
    const path = join(folder, "cache", "steadfast", "line-sizes", cached);
    const second = await lines();
    truncateSync(path, 100);
    const afterTruncation = await lines();
    writeFileSync(path, "not ours");
    const afterGarbage = await lines();

    expect(first).toMatchObject({ n: 87, median: 2 });
    expect([second, afterTruncation, afterGarbage]).toEqual([first, first, first]);
  });

  it("keeps nothing in the repository it reports on, and takes nothing from there", async () => {
    const cache = join(many.path, "cache");

    const run = await runCli(["delivery", many.path, "--json"], { XDG_CACHE_HOME: cache });

    expect(run.exitCode).toBe(0);
    expect(existsSync(cache)).toBe(false);
  });

  it.each([
    [["/nonexistent"], "There is no folder"],
    [[folder], "is not in a git repository"],
    [["--releases", "("], "is no regular expression"],
    [["--from", "2024-02-31"], "is no time"],
    [["--from", "2024-02-01", "--to", "2024-01-01"], "must lie before"],
    [["--package", "../other"], "is no path inside"],
    [["--compare", "2024-01-01"], "is no range"],
    [["--attribution-window", "soon"], "is no duration"],
    [["--to", "yesterday"], "is no time"],
    [["--releases", ""], "is empty"],
    [["--package", "/etc"], "is no path inside"],
    [["--compare", "2024-02-01..2024-01-01"], "must lie before"],
    [["--attribution-window", "0h"], "is no duration"],
    [["--json", "--csv"], "ask for one of them"],
    [["--everything"], "unknown option"],
    [[".", "another"], "too many arguments"],
  ])("refuses %j and says why, with exit code 2", async (args, why) => {
    const { exitCode, stderr, stdout } = await runCli(["delivery", ...args], ENV);

    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(why);
  });

  it("refuses a package that no commit touches, and a page that cannot be written", async () => {
    const nowhere = await runCli(["delivery", many.path, "--package", "nowhere"], ENV);
    const unwritable = await runCli(["delivery", many.path, "--html", join(folder, "no", "such", "folder.html")], ENV);

    expect([nowhere.exitCode, nowhere.stdout, unwritable.exitCode, unwritable.stdout]).toEqual([2, "", 2, ""]);
    expect(nowhere.stderr).toContain("No commit touches nowhere.");
    expect(unwritable.stderr).toContain("could not be written");
  });

  it("says what is missing where a clone without folders is asked for a package", async () => {
    many.git("config", "uploadpack.allowFilter", "true");
    const treeless = join(folder, "treeless");
    git(folder, ["clone", "-q", "--bare", "--filter=tree:0", `file://${many.path}`, treeless]);

    const whole = await runCli(["delivery", treeless], ENV);
    const part = await runCli(["delivery", treeless, "--package", "src"], ENV);

    expect([whole.exitCode, part.exitCode, part.stdout]).toEqual([0, 2, ""]);
    expect(part.stderr).toContain("git fetch --refetch --filter=blob:none");
  });

  it("answers for a repository without commits, and for a pattern that no tag matches", async () => {
    const empty = new GeneratedRepository("empty");

    const nothing = await runCli(["delivery", empty.path], ENV);
    const slip = await runCli(["delivery", many.path, "--releases", "^x", "--json"], ENV);
    empty.remove();

    expect([nothing.exitCode, slip.exitCode]).toEqual([0, 0]);
    expect(nothing.stdout).toContain("There are no commits yet, and no tags");
    expect(nothing.stdout).not.toContain("Lead times are");
    expect(slip.stderr).toBe("No tag matches --releases: there is nothing to measure.\n");
    expect(JSON.parse(slip.stdout)).toMatchObject({ releases: { count: 0 }, changeFailRate: { rate: null } });
  });
});
