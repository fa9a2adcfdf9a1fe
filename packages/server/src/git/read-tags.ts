import { readRecords } from "./null-separated.ts";
import { timeOf } from "./read-commits.ts";
import { askGit, type GitPlace, runGit } from "./run-git.ts";

/** A tag that leads to a commit. */
export type Tag = {
  /** Short name, without `refs/tags/`. */
  readonly name: string;
  readonly commit: string;
  /** The tagger's date; `null`: none, the commit's committer's date stands for it. */
  readonly taggedAtMs: number | null;
};

export type TagList = {
  readonly tags: readonly Tag[];
  /** Tags of trees, blobs and of objects that are not here: they release nothing. */
  readonly otherCount: number;
};

const FIELDS = [
  "%(refname)",
  "%(objecttype)",
  "%(objectname)",
  "%(*objecttype)",
  "%(*objectname)",
  "%(taggerdate:unix)",
];
const PREFIX = "refs/tags/";

/** Every tag, peeled to its commit. @throws {GitError} */
export async function readTags(place: GitPlace): Promise<TagList> {
  const tags: Tag[] = [];
  const nested: { readonly name: string; readonly object: string; readonly taggedAtMs: number | null }[] = [];
  let otherCount = 0;
  const format = `${FIELDS.join("%00")}%00`;
  await runGit(place, ["for-each-ref", `--format=${format}`, PREFIX], async (stdout) => {
    await readRecords(stdout, FIELDS.length, (buffer, start, ends) => {
      // Every record but the first starts behind the newline of the one before.
      const from = buffer[start] === 10 ? start + 1 : start;
      const record = buffer.toString("utf8", from + PREFIX.length, ends.at(-1));
      const [name = "", kind = "", object = "", target = "", peeled = "", tagged = ""] = record.split("\0");
      if (kind === "commit") tags.push({ name, commit: object, taggedAtMs: null });
      else if (kind === "tag" && target === "commit") tags.push({ name, commit: peeled, taggedAtMs: dateOf(tagged) });
      else if (kind === "tag" && target === "tag") nested.push({ name, object, taggedAtMs: dateOf(tagged) });
      else otherCount += 1;
    });
  });
  if (nested.length === 0) return { tags, otherCount };
  // A tag of a tag: rare, and git peels only one of them above.
  const questions = nested.map(({ object }) => `${object}^{commit}\n`);
  const answers = (await askGit(place, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], questions)).split(
    "\n",
  );
  for (const [index, { name, taggedAtMs }] of nested.entries()) {
    const [commit, type] = answers[index]?.split(" ") ?? [];
    if (type === "commit" && commit !== undefined) tags.push({ name, commit, taggedAtMs });
    else otherCount += 1;
  }
  return { tags, otherCount };
}

function dateOf(seconds: string): number | null {
  return seconds === "" ? null : timeOf(seconds);
}
