import { type History, type HistoryCache, keepHistory, readKeptHistory } from "./history-cache.ts";
import { historyState, readRefs } from "./history-state.ts";
import { readCommits } from "./read-commits.ts";
import { leaveOutLost, readTags, type TagRef, tagRefsOf } from "./read-tags.ts";
import { openRepository, type Repository } from "./repository.ts";
import { GitError, type GitPlace } from "./run-git.ts";
import { together } from "./together.ts";

export type HistoryRead = {
  readonly repository: Repository;
  readonly history: History;
  /** Keeps what was read for the next run: nothing where it was kept already. Never fails. */
  keep(): Promise<void>;
};

/**
 * What a clone's commits and tags are: as the last run kept it, where nothing that decides it has changed since; else read from git.
 *
 * @throws {GitError}
 */
export async function readHistory(
  place: GitPlace,
  cacheFolder: string | undefined,
  onProgress: (commits: number) => void,
): Promise<HistoryRead> {
  const asked = readRefs(place);
  // Whoever fails first is thrown: a place that is no repository is told by the other question.
  asked.catch(() => {});
  const repository = await openRepository(place);
  const cache = { folder: cacheFolder, gitDir: repository.gitDir };
  const kept = await readKeptHistory(cache);
  const refs = await asked;
  const state = await historyState(place, repository, refs);
  if (kept?.state.equals(state) === true) {
    const history = kept.unpack();
    if (history !== undefined) return { repository, history, keep: async () => {} };
  }
  const history = await readAll(place, repository.head, tagRefsOf(refs), onProgress);
  return { repository, history, keep: () => keepUnchanged(place, { cache, state, history }) };
}

/** Commits and tags, at once. */
async function readAll(
  place: GitPlace,
  head: string | null,
  refs: readonly TagRef[],
  onProgress: (commits: number) => void,
): Promise<History> {
  const tagged = refs.map(({ object }) => object);
  try {
    const [commits, tags] = await together(place, (where) => [
      readCommits(where, { head, tagged }, onProgress),
      readTags(where, refs),
    ]);
    return { commits, tags };
  } catch (error) {
    if (!(error instanceof GitError) || error.failure !== "git-failed") throw error;
    // Perhaps no more than a tag that leads to nothing: then the others are read without it.
    const told = await readTags(place, refs);
    const tags = await leaveOutLost(place, told);
    if (tags.tags.length === told.tags.length) throw error;
    const commits = await readCommits(place, { head, tagged: tags.tags.map(({ commit }) => commit) }, onProgress);
    return { commits, tags };
  }
}

type Keeping = {
  readonly cache: HistoryCache;
  readonly state: Buffer;
  readonly history: History;
};

/** A tag that moved while it was read would leave a history that never was. */
async function keepUnchanged(place: GitPlace, { cache, state, history }: Keeping): Promise<void> {
  try {
    const [repository, refs] = await Promise.all([openRepository(place), readRefs(place)]);
    if (state.equals(await historyState(place, repository, refs))) await keepHistory(cache, state, history);
  } catch {
    // No fault of the report's: the next run reads again.
  }
}
