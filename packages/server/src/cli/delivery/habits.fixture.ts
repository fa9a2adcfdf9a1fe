import { GeneratedRepository } from "../../git/generated-repository.fixture.ts";

/** Monday, 2 January 2023, 08:00 UTC, in seconds. */
const START_S = Date.UTC(2023, 0, 2, 8) / 1_000;
const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
export const FROM = "2023-01-01";
export const TO = "2024-01-01";

const PEOPLE = ["Ada <ada@example.org>", "Grace <grace@example.org>", "Linus <linus@example.org>"];
const personOf = (index: number) => PEOPLE[index % PEOPLE.length] ?? "";

/** Two commits a request, merged with a merge commit; a release after every fourth. Every tenth request is reverted by id in the next. */
export async function mergeCommits(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("merges");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  let reverts: string | null = null;
  for (let index = 1; index <= 48; index += 1) {
    const openS = START_S + index * DAY_S;
    const subject: string = reverts ?? `Work on part ${index}`;
    const first = repository.commit({ parents: [main], message: subject, authoredAtS: openS, author: personOf(index) });
    const second = repository.commit({
      parents: [first],
      message: `Polish part ${index}`,
      authoredAtS: openS + 3 * HOUR_S,
    });
    main = repository.commit({
      parents: [main, second],
      message: `Merge pull request #${index} from ada/part-${index}\n\nPart ${index}`,
      authoredAtS: openS + (6 + (index % 7)) * HOUR_S,
      files: {},
    });
    reverts = index % 10 === 0 ? `Revert "Part ${index}"\n\nThis reverts pull request #${index}.` : null;
    if (index % 4 === 0) repository.tag(`v1.${index / 4}.0`, main, START_S + index * DAY_S + 20 * HOUR_S);
  }
  return await repository.build(main);
}

/** One commit a request, committed when it was merged; lightweight tags; reverts by quoted title, one of them as a fix. A pre-release before each release. */
export async function squashes(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("squashes");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let index = 1; index <= 90; index += 1) {
    const mergedS = START_S + index * 2 * DAY_S;
    const isRevert = index % 15 === 0;
    const title = isRevert
      ? `${index % 30 === 0 ? "fix: " : ""}Revert "feat: part ${index - 3} (#${index - 3})" (#${index})`
      : `feat: part ${index} (#${index})`;
    main = repository.commit({
      parents: [main],
      message: `${title}\n\nWords.`,
      authoredAtS: mergedS - (1 + (index % 5)) * DAY_S,
      committedAtS: mergedS,
      author: personOf(index),
    });
    if (index % 3 === 0) repository.tag(`v2.${index / 3}.0-rc.1`, main, mergedS + HOUR_S);
    if (index % 3 === 0) repository.tag(`v2.${index / 3}.0`, main, mergedS + 2 * HOUR_S);
  }
  return await repository.build(main);
}

/** Requests of three commits rebased on the main line: authored over days, committed in one minute. */
export async function rebases(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("rebases");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let index = 1; index <= 40; index += 1) {
    const mergedS = START_S + index * 3 * DAY_S;
    for (let part = 0; part < 3; part += 1) {
      main = repository.commit({
        parents: [main],
        message: `Step ${part} of ${index}`,
        authoredAtS: mergedS - (3 - part) * DAY_S,
        committedAtS: mergedS + part,
        author: personOf(index),
      });
    }
    if (index % 2 === 0) repository.tag(`release-${100 + index}`, main, mergedS + 5 * HOUR_S);
  }
  return await repository.build(main);
}

/** A release of the main line every two weeks, and patches of it from a branch: what is picked there was or will be on the main line too. */
export async function releaseBranches(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("branches");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let version = 1; version <= 12; version += 1) {
    const startS = START_S + version * 14 * DAY_S;
    for (let index = 0; index < 6; index += 1)
      main = repository.commit({
        parents: [main],
        message: `Work ${version}.${index}`,
        authoredAtS: startS + index * DAY_S,
      });
    const released = main;
    repository.tag(`v${version}.0`, released, startS + 6 * DAY_S);
    const fix = { message: `fix: mend ${version}`, authoredAtS: startS + 7 * DAY_S };
    main = repository.commit({ ...fix, parents: [main] });
    const picked = repository.commit({
      ...fix,
      parents: [released],
      committedAtS: startS + 8 * DAY_S,
      files: { "fix.txt": `${version}\n` },
    });
    repository.tag(`v${version}.1`, picked, startS + 8 * DAY_S);
  }
  return await repository.build(main);
}

/** Two packages with tags of their own, and commits that touch one, the other or both. */
export async function monorepo(): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("monorepo");
  let main = repository.commit({ message: "Begin", authoredAtS: START_S });
  for (let index = 1; index <= 60; index += 1) {
    const atS = START_S + index * DAY_S;
    const files: Record<string, string> = {};
    if (index % 3 !== 0) files["packages/api/main.ts"] = `${index}\n`;
    if (index % 3 !== 1) files["packages/web/main.ts"] = `${index}\n`;
    main = repository.commit({
      parents: [main],
      message: `Change ${index}`,
      authoredAtS: atS,
      committedAtS: atS + HOUR_S,
      files,
    });
    if (index % 4 === 0) repository.tag(`@acme/api@1.${index / 4}.0`, main, atS + 4 * HOUR_S);
    if (index % 6 === 0) repository.tag(`@acme/web@3.${index / 6}.0`, main, atS + 5 * HOUR_S);
  }
  return await repository.build(main);
}
