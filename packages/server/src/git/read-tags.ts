import { readTagObjects } from "./read-tag-objects.ts";
import { askGit, type GitPlace } from "./run-git.ts";

/** A tag as its ref tells: what it names may be a commit, an object of the tag's own, or anything else, or gone. */
export type TagRef = {
  /** Short name, without `refs/tags/`. */
  readonly name: string;
  readonly object: string;
};

/** A tag that leads to a commit. */
export type Tag = {
  readonly name: string;
  readonly commit: string;
  /** The tagger's date; `null`: none, the commit's committer's date stands for it. */
  readonly taggedAtMs: number | null;
};

export type TagList = {
  /** Older versions first, as far as their names tell. */
  readonly tags: readonly Tag[];
  /** Tags of trees, blobs and of objects that are not here: they release nothing. */
  readonly otherCount: number;
};

const PREFIX = "refs/tags/";

/** The tags among refs as `readRefs` gives them. */
export function tagRefsOf(refs: string): readonly TagRef[] {
  const found: TagRef[] = [];
  let from = 0;
  for (let end = refs.indexOf("\n"); end >= 0; end = refs.indexOf("\n", from)) {
    const space = refs.indexOf(" ", from);
    if (refs.startsWith(PREFIX, space + 1))
      found.push({ name: refs.slice(space + 1 + PREFIX.length, end), object: refs.slice(from, space) });
    from = end + 1;
  }
  return found;
}

/** Every tag, peeled to its commit. One whose object is gone costs the others nothing. @throws {GitError} */
export async function readTags(place: GitPlace, refs: readonly TagRef[]): Promise<TagList> {
  if (refs.length === 0) return { tags: [], otherCount: 0 };
  const kinds = await kindsOf(
    place,
    refs.map(({ object }) => object),
  );
  const annotated = refs.filter((_, index) => kinds[index] === "tag").map(({ object }) => object);
  const objects = await readTagObjects(place, annotated);
  const nested = annotated.filter((_, index) => objects[index]?.kind === "tag");
  const peeled = await peel(place, nested);
  const tags: Tag[] = [];
  let next = 0;
  for (const [index, { name, object }] of refs.entries()) {
    if (kinds[index] === "commit") tags.push({ name, commit: object, taggedAtMs: null });
    if (kinds[index] !== "tag") continue;
    const about = objects[next++];
    const commit = about?.kind === "commit" ? about.target : peeled.get(object);
    if (about !== undefined && commit !== undefined) tags.push({ name, commit, taggedAtMs: about.taggedAtMs });
  }
  return { tags, otherCount: refs.length - tags.length };
}

/** Without the tags whose objects say that they lead to a commit, where there is none. @throws {GitError} */
export async function leaveOutLost(place: GitPlace, { tags, otherCount }: TagList): Promise<TagList> {
  const kinds = await kindsOf(
    place,
    tags.map(({ commit }) => commit),
  );
  const kept = tags.filter((_, index) => kinds[index] === "commit");
  return { tags: kept, otherCount: otherCount + tags.length - kept.length };
}

/** `commit`, `tag`, `tree` or `blob`; of an object that is gone the id, and that it is missing. */
async function kindsOf(place: GitPlace, objects: readonly string[]): Promise<readonly string[]> {
  const args = ["cat-file", "--buffer", "--batch-check=%(objecttype)"];
  return (await askGit(place, args, linesOf(objects))).split("\n");
}

/** A tag of a tag, of a tag, …: to the commit at the end. */
async function peel(place: GitPlace, tags: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  if (tags.length === 0) return commits;
  const questions = linesOf(tags.map((tag) => `${tag}^{commit}`));
  const answers = (
    await askGit(place, ["cat-file", "--buffer", "--batch-check=%(objectname) %(objecttype)"], questions)
  ).split("\n");
  for (const [index, tag] of tags.entries()) {
    const [commit, kind] = answers[index]?.split(" ") ?? [];
    if (kind === "commit" && commit !== undefined) commits.set(tag, commit);
  }
  return commits;
}

/** One text: a pipe takes it whole, or waits once. */
function linesOf(objects: readonly string[]): readonly string[] {
  return [`${objects.join("\n")}\n`];
}
