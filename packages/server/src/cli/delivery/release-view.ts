import type { TagProposals } from "../../git/tag-pattern.ts";
import { countText } from "../terminal/figures.ts";
import type { Paint } from "../terminal/paint.ts";
import { plain, wrap } from "../terminal/text.ts";
import type { Collected, PackageReport } from "./collected.ts";
import { countedText, partText } from "./wording.ts";

type View = { readonly paint: Paint; readonly width: number };

/** Which tags count, so that nobody reads figures of something else; where there are none, what to do. */
export function releaseLines(
  { repository, tagCount }: Collected,
  { releases }: PackageReport,
  { paint, width }: View,
): readonly string[] {
  const { patterns, proposals, matchedCount, examples } = releases;
  const notice = (text: string) => wrap(text, width).map((line) => paint("yellow", line));
  if (tagCount === 0) {
    const why = repository.head === null ? "There are no commits yet, and no tags" : "There are no tags";
    return [...notice(`${why}: there is no release to measure by.`), ...adviceLines(width)];
  }
  if (patterns.length === 0) {
    const such = `There ${tagCount === 1 ? "is 1" : `are ${countText(tagCount)}`}, such as ${examples.map((name) => plain(name)).join(", ")}.`;
    return [...notice(`No tag looks like a release. ${such} Say which ones are with --releases REGEX.`)];
  }
  const which = patterns
    .map((pattern) => plain(pattern))
    .slice(0, 3)
    .join("  ");
  const more = patterns.length > 3 ? `  and ${patterns.length - 3} more` : "";
  const count = `(${partText(matchedCount, tagCount, "tag")})`;
  const none = matchedCount === 0 ? `No tag matches: there is nothing to measure. ${choicesText(examples)}` : "";
  return [
    ...wrap(`A release is a tag that matches  ${which}${more}  ${count}.`, width),
    ...(proposals === null ? [] : wrap(choiceText(proposals), width)).map((line) => paint("dim", line)),
    ...(none === "" ? [] : notice(none)),
  ];
}

/** What to do in a clone without tags. */
export const UNTAGGED_ADVICE = [
  "Does the clone lack them? git fetch --tags",
  "Tag what was released, also afterwards: git tag v1.0.0 COMMIT",
  "Without tags, a server takes deployments: POST /api/v1/deployments, or steadfast delivery import github --repo OWNER/NAME",
];

function adviceLines(width: number): readonly string[] {
  return UNTAGGED_ADVICE.flatMap((advice) =>
    wrap(advice, width - 2).map((line, index) => `${index === 0 ? "· " : "  "}${line}`),
  );
}

function choicesText(examples: readonly string[]): string {
  return examples.length === 0 ? "" : `Tags are such as ${examples.map((name) => plain(name)).join(", ")}.`;
}

function choiceText({ prereleases, others }: TagProposals): string {
  const left = [
    ...(prereleases > 0 ? [`${countedText(prereleases, "pre-release")} (--include-prereleases)`] : []),
    ...others.map(({ count, example }) => `${countText(count)} like ${plain(example)}`).slice(0, 3),
  ];
  const rest = left.length === 0 ? "" : ` Left out: ${left.join(", ")}.`;
  return `Chosen from the tags there are.${rest} Change it with --releases REGEX.`;
}
