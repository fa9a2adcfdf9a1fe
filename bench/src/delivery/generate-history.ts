import { seededRandom } from "@steadfast/core/delivery/seeded-random";
import { GeneratedRepository } from "../../../packages/server/src/git/generated-repository.fixture.ts";

const START_S = Date.UTC(2019, 0, 1) / 1_000;
const HOUR_S = 3_600;
const PACKAGES = 20;
const FILES = 200;
const PEOPLE = 300;
const SENTENCE = "Some words about why this change is made, and what was measured before and after it.\n";

/** A history like that of a busy product: a tenth of the changes merged by merge commits, one in a hundred a revert, messages of a few hundred bytes. */
export async function generateHistory(commitCount: number, tagCount: number): Promise<GeneratedRepository> {
  const repository = new GeneratedRepository("bench");
  const random = seededRandom(1);
  const upTo = (most: number) => Math.floor(random() * most);
  let atS = START_S;
  let main = repository.commit({ message: "Begin", authoredAtS: atS });
  let tags = 0;
  for (let count = 1; count < commitCount; count += 1) {
    atS += upTo(2 * HOUR_S);
    const isRevert = random() < 0.01;
    const title = isRevert
      ? `Revert "feat: change ${count - 5} (#${count - 5})" (#${count})`
      : `feat: change ${count} (#${count})`;
    const change = {
      message: `${title}\n\n${SENTENCE.repeat(2 + upTo(10))}`,
      authoredAtS: atS - upTo(100 * HOUR_S),
      committedAtS: atS,
      author: `Developer ${upTo(PEOPLE)} <dev@example.org>`,
      files: { [`packages/p${upTo(PACKAGES)}/file${upTo(FILES)}.ts`]: contentOf(20 + upTo(80), upTo) },
    };
    main = repository.commit({ ...change, parents: [main] });
    if (random() < 0.1 && count + 1 < commitCount) {
      const side = main;
      main = repository.commit({
        parents: [side, side - 1],
        message: `Merge pull request #${count} from a/b\n\n${title}`,
        authoredAtS: atS + 60,
        files: {},
      });
      count += 1;
    }
    if (tags < tagCount && count * tagCount >= tags * commitCount) {
      tags += 1;
      repository.tag(
        `v${Math.floor(tags / 400)}.${Math.floor(tags / 10) % 40}.${tags % 10}`,
        main,
        tags % 2 === 0 ? atS + 120 : undefined,
      );
    }
  }
  return await repository.build(main);
}

function contentOf(lines: number, upTo: (most: number) => number): string {
  return Array.from({ length: lines }, () => `const value${upTo(1_000)} = ${upTo(10)};\n`).join("");
}
