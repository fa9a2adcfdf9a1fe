import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GeneratedRepository, git } from "../../git/generated-repository.fixture.ts";
import { runCli } from "../cli.fixture.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;
const RELEASES = 12;
/** What a boundary would be charged with. */
const LARGE = "line\n".repeat(10_000);

describe("lines per commit", () => {
  let folder: string;
  let repository: GeneratedRepository;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "steadfast-lines-"));
    repository = new GeneratedRepository("lines");
    repository.commit({ message: "Begin", authoredAtS: START_S, files: { large: LARGE } });
    for (let index = 1; index <= RELEASES; index += 1) {
      const files = { large: LARGE, counter: `${index}\n` };
      repository.tag(`v1.${index}.0`, repository.commit({ message: `c${index}`, authoredAtS: START_S + index, files }));
    }
    await repository.build(RELEASES + 1);
  });

  afterEach(() => {
    repository.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function measure(path: string, cache: string) {
    const { stdout } = await runCli(["delivery", path, "--json"], { XDG_CACHE_HOME: join(folder, cache) });
    return JSON.parse(stdout).batch.linesPerCommit;
  }

  function shallow(): string {
    const clone = join(folder, "shallow");
    git(folder, ["clone", "-q", "--bare", "--depth=1", `file://${repository.path}`, clone]);
    git(clone, ["fetch", "-q", "--depth=1", "--tags"]);
    return clone;
  }

  // Goal: git shows the whole tree as new where a shallow clone ends: no figure is made of that, now or later.
  it("are unknown at a shallow clone's boundary, and those of the commits when it is deepened", async () => {
    const clone = shallow();

    const before = await measure(clone, "kept");
    git(clone, ["fetch", "-q", "--unshallow"]);
    const after = await measure(clone, "kept");

    expect(before).toMatchObject({ n: 0, median: null });
    expect(after).toEqual(await measure(clone, "new"));
    expect(after).toMatchObject({ n: RELEASES - 1, median: 2 });
  });

  it("are measured again where a graft takes commits' parents away", async () => {
    const orphans = repository.git("rev-list", "--max-count=8", "main");

    await measure(repository.path, "kept");
    writeFileSync(join(repository.path, "info", "grafts"), orphans);
    const grafted = await measure(repository.path, "kept");

    expect(grafted).toEqual(await measure(repository.path, "new"));
    expect(grafted.median).toBe(10_001);
  });
});
