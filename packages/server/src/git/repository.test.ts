import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GeneratedRepository, git } from "./generated-repository.fixture.ts";
import { readTouched } from "./read-touched.ts";
import { openRepository } from "./repository.ts";

const START_S = Date.UTC(2023, 0, 2) / 1_000;

describe("a repository", () => {
  let repository: GeneratedRepository;

  beforeEach(async () => {
    repository = new GeneratedRepository("any");
    const files = { "packages/api/a.txt": "a\n", "b.txt": "b\n" };
    await repository.build(repository.commit({ message: "Begin", authoredAtS: START_S, files }));
  });

  afterEach(() => repository.remove());

  const placeOf = (path: string) => ({ path, env: { PATH: "/usr/bin:/bin" } });

  // Goal: a damaged clone is not taken for an empty one.
  it("is refused where the commit that HEAD names is gone", async () => {
    const sha = repository.git("rev-parse", "main").trim();
    rmSync(join(repository.path, "objects"), { recursive: true });
    repository.git("init", "-q", "--bare", ".");

    await expect(openRepository(placeOf(repository.path))).rejects.toThrow(
      `HEAD names ${sha}, and that commit cannot be read`,
    );
  });

  it("tells what touches a path from its root, also where one stands in a folder within", async () => {
    const work = join(repository.path, "work");
    git(repository.path, ["clone", "-q", repository.path, work]);
    const within = placeOf(join(work, "packages", "api"));

    const opened = await openRepository(within);
    const counts = await Promise.all(
      ["packages/api", "b.txt", "a.txt"].map((path) => readTouched(within, opened, path)),
    );

    expect(counts.map(({ size }) => size)).toEqual([1, 1, 0]);
  });
});
