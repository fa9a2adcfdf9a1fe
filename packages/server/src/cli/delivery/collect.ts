import { cacheFolder } from "../../cache-folder.ts";
import { graphOf } from "../../git/commit-columns.ts";
import { readHistory } from "../../git/read-history.ts";
import type { GitPlace } from "../../git/run-git.ts";
import type { Io } from "../io.ts";
import { countText } from "../terminal/figures.ts";
import type { Clone, Collected, PackageReport } from "./collected.ts";
import type { Progress } from "./progress.ts";
import type { DeliveryRequest } from "./request.ts";

/** Reads the clone and measures it. @throws {GitError} */
export async function collectDelivery(
  io: Io,
  request: DeliveryRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<Collected> {
  const place: GitPlace = { path: request.path, env: io.env, signal };
  const show = (count: number) => progress.show(`reading the history: ${countText(count)} commits`);
  const [{ repository, history, keep }, { measureSubject }] = await Promise.all([
    readHistory(place, cacheFolder(io.env, "history", request.path), show),
    // The measures are loaded while git reads.
    import("./measure-subject.ts"),
  ]);
  const { commits, tags } = history;
  // Git is asked once more, and the disk, while this thread measures.
  const kept = keep();
  const clone: Clone = { io, place, repository, commits, graph: graphOf(commits), tags, request, progress };
  const subjects: readonly (string | null)[] = request.packages.length === 0 ? [null] : request.packages;
  const reports: PackageReport[] = [];
  for (const subject of subjects) reports.push(await measureSubject(clone, subject));
  return { repository, tagCount: tags.tags.length, reports, kept };
}
