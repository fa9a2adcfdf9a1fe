import type { ShippingLedger } from "@steadfast/core/delivery/shipments";
import { viewWindow } from "@steadfast/core/delivery/window-view";
import { cacheFolder } from "../../cache-folder.ts";
import { LineSizes } from "../../git/line-size-cache.ts";
import { readLineSizes } from "../../git/read-line-sizes.ts";
import { isPartialClone, readBoundary } from "../../git/repository.ts";
import { GitError } from "../../git/run-git.ts";
import { countText } from "../terminal/figures.ts";
import type { Clone } from "./collected.ts";
import type { TimeRange } from "./request.ts";

/** Commits whose lines are measured unasked: at 1–4 ms each, a few seconds. */
const LINES_AUTO_MAX = 2_000;

type Sizing = {
  readonly ledger: ShippingLedger;
  readonly ranges: readonly TimeRange[];
  readonly onlyCommits: ReadonlySet<string> | null;
};

type Sized = { readonly ledger: ShippingLedger; readonly assumptions: readonly string[] };

/**
 * Adds line sizes to the commits that will be measured: from the cache, and by diffs where that is asked for or quick. Those at a shallow clone's boundary have none: git
 * takes the whole tree for new there.
 */
export async function withLines(clone: Clone, { ledger, ranges, onlyCommits }: Sizing): Promise<Sized> {
  const { io, place, repository, progress, commits } = clone;
  const { lines } = clone.request;
  const none = (why: string): Sized => ({ ledger, assumptions: [why] });
  if (lines === "never") return { ledger, assumptions: [] };
  if (await isPartialClone(place))
    return none("Lines per commit are not measured: this clone is partial, and nothing is fetched.");
  const cache = { folder: cacheFolder(io.env, "line-sizes", place.path), gitDir: repository.gitDir };
  const sizes = await LineSizes.read(cache);
  const boundary = new Set((await readBoundary(repository)).map((sha) => ledger.graph.texts.indexOf(sha)));
  const missing = wantedCommits(ledger, ranges, onlyCommits).filter(
    (commit) => !boundary.has(commit) && sizes.of(commits, commit) === undefined,
  );
  if (lines === "auto" && missing.length > LINES_AUTO_MAX)
    return none(
      `Lines per commit are not measured: ${countText(missing.length)} commits would take a while. Ask for them with --lines.`,
    );
  const { graph } = ledger;
  if (missing.length > 0) {
    const shas = Array.from(missing, (commit) => graph.texts.sha(commit));
    try {
      const show = (count: number) =>
        progress.show(`measuring lines: ${countText(count)} of ${countText(shas.length)} commits`);
      const measured = await readLineSizes(place, shas, show);
      for (const [index, commit] of missing.entries()) sizes.set(commits, commit, measured[index] ?? 0);
    } catch (error) {
      if (!(error instanceof GitError) || error.failure !== "git-failed") throw error;
      return none(`Lines per commit are not measured: git could not compare (${error.detail}).`);
    }
    await sizes.write(cache);
  }
  const measured = graph.lines.map((unknown, commit) => sizes.of(commits, commit) ?? unknown);
  return { ledger: { ...ledger, graph: { ...graph, lines: measured } }, assumptions: [] };
}

/** Each once. */
function wantedCommits(
  ledger: ShippingLedger,
  ranges: readonly TimeRange[],
  onlyCommits: Sizing["onlyCommits"],
): Int32Array {
  const isWanted = new Uint8Array(ledger.graph.size);
  for (const range of ranges)
    for (const commit of viewWindow(ledger, { ...range, onlyCommits }).counted.commits) isWanted[commit] = 1;
  const wanted = new Int32Array(ledger.graph.size);
  let count = 0;
  for (let commit = 0; commit < isWanted.length; commit += 1) if (isWanted[commit] === 1) wanted[count++] = commit;
  return wanted.subarray(0, count);
}
