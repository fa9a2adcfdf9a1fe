import { describe, expect, it } from "vitest";
import { readRevert } from "./revert-wording.ts";

const SHA = "1234567890abcdef1234567890abcdef12345678";
const OTHER = "abcdef1234567890abcdef1234567890abcdef12";

describe("a message", () => {
  it.each<[string, string, string, readonly string[]]>([
    ["as git writes it", 'Revert "x"', `This reverts commit ${SHA}.`, [SHA]],
    ["abbreviated", "undo", `This reverts commit ${SHA.slice(0, 7)}.`, [SHA.slice(0, 7)]],
    ["in capitals", "undo", `This reverts commit ${SHA.toUpperCase()}`, [SHA]],
    ["on the next line", "undo", `This reverts commit\n${SHA}.`, [SHA]],
    ["several", "undo", `This reverts commits ${SHA} and ${OTHER}.`, [SHA, OTHER]],
    ["in a squash's list", "undo (#9)", `* This reverts commit ${SHA}.\n* more`, [SHA]],
    ["of a merge", 'Revert "x"', `This reverts commit ${SHA}, reversing\nchanges made to ${OTHER}.`, [SHA]],
    [
      "of a revert, whose message it quotes",
      'Reapply "x"',
      `This reverts commit ${SHA}.\n\n> This reverts commit ${OTHER}.`,
      [SHA],
    ],
    ["denied", "fix: y", `This does not revert commit ${SHA}.`, []],
  ])("names commits %s", (_how, subject, body, shas) => {
    expect(readRevert(subject, body, false)?.shas ?? []).toEqual(shas);
  });

  it.each<[string, string, string, readonly [number, boolean][]]>([
    ["in the subject", "Revert #7", "", [[7, true]]],
    ["beside its own", "Revert #7 (#9)", "", [[7, true]]],
    ["as a request", "Revert PR #7", "", [[7, true]]],
    ["in the conventional way", "revert: #7", "", [[7, true]]],
    ["as GitHub writes it", 'Revert "x"', "Reverts acme/shop#7", [[7, true]]],
    ["as GitLab writes it", 'Revert "x"', "This reverts merge request !7", [[7, true]]],
    [
      "several",
      "undo",
      "Reverts #7, #8 and #9.",
      [
        [7, true],
        [8, true],
        [9, true],
      ],
    ],
    ["over two lines", "undo", "This reverts\n#7", [[7, true]]],
    ["as its reason's object", "undo", "We decided to revert #7 today", [[7, false]]],
    ["of a named repository within a sentence", "undo", "Reverts acme/shop#7 for now", [[7, false]]],
    [
      "in the list of a revert",
      "Revert two things",
      "- Revert #7\n- Revert #8",
      [
        [7, true],
        [8, true],
      ],
    ],
  ])("names requests %s", (_how, subject, body, numbers) => {
    const mention = readRevert(subject, body, false);

    expect(mention?.numbers.map(({ number, isSure }) => [number, isSure])).toEqual(numbers);
  });

  it.each([
    ["denies it", "fix: y", "This does not revert #7, which stays."],
    ["denies it shortly", "fix: y", "It doesn't fully revert #7."],
    ["did something else instead", "fix: y", "Instead of reverting #7, mends it."],
    ["could do without", "fix: y", "Goes on without having to revert #7."],
    [
      "lists another repository's notes",
      "Update foo",
      "Notes:\n- Revert #7 as it broke windows\n  Reverts #8\n- Reverts other/foo#9",
    ],
    ["lists them by numbers", "Update foo", "1. Revert #7\n2) Revert #8"],
    ["quotes", "fix: y", "> Revert #7"],
    ["shows code", "fix: y", "```\nRevert #7\n```"],
    ["folds notes away", "fix: y", "<details>\n<summary>Notes</summary>\n\nRevert #7\n</details>"],
    ["folds notes within notes", "fix: y", "<details>\n<details>\n</details>\nRevert #7\n</details>"],
    ["bumps a dependency", "build(deps): bump foo from 1.2 to 1.3 (#3)", "Revert #7 as it broke windows"],
    ["updates a dependency", "Update dependency foo to v2", "Reverts other/foo#7"],
    ["has a button", "feat: add revert button (#9)", "Closes #7"],
    ["says what was reverted elsewhere", "fix: y", "#7 was reverted in #8."],
    ["releases", "chore: release v2", "### Reverts\n\n* feat: x (#7) (1234567)"],
    ["has to do with order", "feat: reverts the order of x (#9)", ""],
  ])("that %s takes no request back", (_what, subject, body) => {
    expect(readRevert(subject, body, false)).toBeNull();
  });

  it.each([
    ["git's", 'Revert "feat: x"', "feat: x", 0],
    ["a squash's", 'Revert "feat: x (#7)" (#9)', "feat: x (#7)", 0],
    ["a fix's", 'fix: Revert "feat: x"', "feat: x", 0],
    ["a part's", 'fix(core)!: revert "feat: x"', "feat: x", 0],
    ["a ticket's", 'JIRA-2: Revert "JIRA-1: x"', "JIRA-1: x", 0],
    ["the convention's", "revert: feat: x", "feat: x", 0],
    ["the convention's with a part", "revert(core): feat: x", "feat: x", 0],
    ["the convention's with quotes", 'revert: "feat: x"', "feat: x", 0],
    ["a typographer's", "Revert “feat: x”", "feat: x", 0],
    ["a title's with quotes", 'Revert "feat: say "hi""', 'feat: say "hi"', 0],
    ["no quotes'", "Revert feat: x", "feat: x", 0],
    ["a revert's of a revert", 'Revert "Revert "feat: x""', 'Revert "feat: x"', 1],
    ["git's of a revert", 'Reapply "feat: x"', 'Revert "feat: x"', 1],
    ["a fix's of a revert", 'fix: Reapply "feat: x" (#9)', 'Revert "feat: x"', 1],
    ["the convention's of a revert", "revert: revert: feat: x", "revert: feat: x", 1],
    ["the convention's of git's", 'revert: Revert "feat: x"', 'Revert "feat: x"', 1],
    ["a revert's of git's of a revert", 'Revert "Reapply "feat: x""', 'Reapply "feat: x"', 2],
    ["three in each other", 'Revert "Revert "Revert "feat: x"""', 'Revert "Revert "feat: x""', 2],
  ])("names a title in %s words", (_whose, subject, title, depth) => {
    expect(readRevert(subject, "", false)?.title).toMatchObject({ title, nesting: { depth } });
  });

  it("of a merge says what its request is called", () => {
    const github = readRevert(
      "Merge pull request #8 from a/revert-7-b",
      'Revert "feat: x"\n\nReverts acme/shop#7',
      true,
    );
    const gitlab = readRevert(
      "Merge branch 'b' into 'main'",
      'Revert "feat: x"\n\nSee merge request acme/shop!8',
      true,
    );

    expect(github).toMatchObject({ title: { title: "feat: x" }, numbers: [{ number: 7, repository: "acme/shop" }] });
    expect(gitlab).toMatchObject({ title: { title: "feat: x" }, numbers: [] });
    expect(readRevert("Merge branch 'revert-x'", "", true)).toBeNull();
  });

  // Goal: a title of 500 characters is many reverts around nothing; a body is as long as a hostile hand makes it.
  it("of any length and depth is read", () => {
    const nested = `${'Revert "'.repeat(10_000)}x${'"'.repeat(10_000)}`;
    const hostile = [
      "revert ".repeat(10_000),
      "revert\n".repeat(10_000),
      `reverts ${"a".repeat(1e5)}`,
      "> ".repeat(1e5),
      `revert${" ".repeat(19_000)}x`,
      `reverts #7${" ".repeat(19_000)}x`,
      `reverts\n${"\t \n".repeat(6_000)}#`,
      `revert the commit${" ".repeat(19_000)}:${" ".repeat(900)}x`,
      `revert pull request${" ".repeat(19_000)}x`,
      `revert ${"ab12cd3".repeat(2_700)}, x`,
    ];

    expect(readRevert(nested, "", false)).not.toBeNull();
    for (const body of hostile) expect(() => readRevert("x", `${body} revert`, false)).not.toThrow();
  });
});
