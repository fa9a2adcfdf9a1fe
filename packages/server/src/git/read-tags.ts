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
      const [name = 0, type = 0, object = 0, peeledType = 0, peeled = 0, tagged = 0] = ends;
      // Every record but the first starts behind the newline of the one before.
      const from = buffer[start] === 10 ? start + 1 : start;
      const tag = {
        name: buffer.toString("utf8", from + PREFIX.length, name),
        taggedAtMs: dateOf(buffer.toString("latin1", peeled + 1, tagged)),
      };
      const kind = buffer.toString("latin1", name + 1, type);
      const target = buffer.toString("latin1", object + 1, peeledType);
      if (kind === "commit")
        tags.push({ ...tag, taggedAtMs: null, commit: buffer.toString("latin1", type + 1, object) });
      else if (kind === "tag" && target === "commit")
        tags.push({ ...tag, commit: buffer.toString("latin1", peeledType + 1, peeled) });
      else if (kind === "tag" && target === "tag")
        nested.push({ ...tag, object: buffer.toString("latin1", type + 1, object) });
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
