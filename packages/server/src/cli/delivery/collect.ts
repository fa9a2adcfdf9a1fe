import { homedir } from "node:os";
import { join } from "node:path";
import type { CommitFact, DeliveryFacts } from "@steadfast/core/delivery/facts";
import { measureLedger } from "@steadfast/core/delivery/measure";
import type { DeliveryReport } from "@steadfast/core/delivery/report";
import { buildShippingLedger, type ShippingLedger } from "@steadfast/core/delivery/shipments";
import { viewWindow } from "@steadfast/core/delivery/window-view";
import { deploymentsOfTags } from "../../git/git-facts.ts";
import { cacheKey, readCachedSizes, writeCachedSizes } from "../../git/line-size-cache.ts";
import { readCommits } from "../../git/read-commits.ts";
import { readLineSizes } from "../../git/read-line-sizes.ts";
import { readTags } from "../../git/read-tags.ts";
import { readTouched } from "../../git/read-touched.ts";
import { openRepository, type Repository } from "../../git/repository.ts";
import { GitError, type GitPlace } from "../../git/run-git.ts";
import { proposeTags, type TagProposals, tagMatcher } from "../../git/tag-pattern.ts";
import type { Io } from "../io.ts";
import { countText } from "../terminal/figures.ts";
import type { Progress } from "./progress.ts";
import type { DeliveryRequest, TimeRange } from "./request.ts";
import { dayText } from "./wording.ts";

/** Commits whose lines are measured unasked: at 1–4 ms each, a few seconds. */
const LINES_AUTO_MAX = 2_000;
const YEAR_MS = 365 * 24 * 3_600_000;
/** With fewer releases in the last year, the whole history is measured. */
const RELEASES_WANTED = 10;

/** One report, of the whole repository (`package` is `null`) or of a package. */
export type PackageReport = {
  readonly package: string | null;
  readonly report: DeliveryReport;
  readonly compared: DeliveryReport | null;
};

export type Collected = {
  readonly repository: Repository;
  readonly patterns: readonly string[];
  /** `null` where the patterns were given. */
  readonly proposals: TagProposals | null;
  readonly tagCount: number;
  readonly matchedCount: number;
  readonly reports: readonly PackageReport[];
  /** What only the clone knows: added to each report's assumptions. */
  readonly assumptions: readonly string[];
};

/** Reads the clone and measures it. @throws {GitError} */
export async function collectDelivery(
  io: Io,
  request: DeliveryRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<Collected> {
  const place: GitPlace = { path: request.path, env: io.env, signal };
  const repository = await openRepository(place);
  const [commits, tagList] = await Promise.all([
    readCommits(place, repository, (count) => progress.show(`reading the history: ${countText(count)} commits`)),
    readTags(place),
  ]);
  progress.show("measuring");
  const names = tagList.tags.map(({ name }) => name);
  const packageName = request.packages.length === 1 ? (request.packages[0]?.split("/").at(-1) ?? null) : null;
  const proposals =
    request.patterns.length > 0
      ? null
      : proposeTags(names, { includePrereleases: request.includePrereleases, packageName });
  const patterns = proposals === null ? request.patterns : proposals.chosen.map(({ pattern }) => pattern);
  const isRelease = tagMatcher(patterns);
  const matched = tagList.tags.filter(({ name }) => isRelease(name));
  const deployments = deploymentsOfTags(matched, commits, repository.name);
  const facts: DeliveryFacts = { ...NOTHING, commits, deployments };
  const ledger = buildShippingLedger(facts);
  const end = endFor(facts, request);
  const range = { fromMs: request.fromMs ?? startFor(ledger, end.toMs), toMs: end.toMs };
  const touched = new Map<string, ReadonlySet<string>>();
  for (const path of request.packages) {
    progress.show(`reading what touches ${path}`);
    touched.set(path, await readTouched(place, repository, path));
  }
  const sized = await withLines(io, place, repository, request, progress, {
    facts,
    ledger,
    ranges: rangesOf(range, request),
    touched,
  });
  const measure = (window: TimeRange, path: string | null): DeliveryReport =>
    measureLedger(sized.ledger, sized.facts, {
      ...window,
      attributionWindowMs: request.attributionWindowMs,
      onlyCommits: path === null ? null : (touched.get(path) ?? new Set()),
    });
  const subjects: readonly (string | null)[] = request.packages.length === 0 ? [null] : request.packages;
  return {
    repository,
    patterns,
    proposals,
    tagCount: tagList.tags.length,
    matchedCount: matched.length,
    reports: subjects.map((path) => ({
      package: path,
      report: measure(range, path),
      compared: request.compare === null ? null : measure(request.compare, path),
    })),
    assumptions: [
      ...cloneAssumptions(repository, tagList.otherCount, matched.length - deployments.length),
      ...sized.assumptions,
    ],
  };
}

const NOTHING: DeliveryFacts = {
  commits: [],
  changes: [],
  deployments: [],
  incidents: [],
  pipelineRuns: [],
  testRuns: [],
  sources: [],
};

/** A clone whose newest commit or release is older than this says nothing of what happened since. */
const STALE_MS = 14 * 24 * 3_600_000;

/** Now; for a clone that has heard nothing lately the moment after its newest fact, so that its silence is not read as "frequency fell". */
function endFor(
  { commits, deployments }: DeliveryFacts,
  { fromMs, toMs, isToOpen }: DeliveryRequest,
): { readonly toMs: number; readonly assumptions: readonly string[] } {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { committedAtMs } of commits) if (committedAtMs <= toMs) newestMs = Math.max(newestMs, committedAtMs);
  for (const { finishedAtMs } of deployments) {
    if (finishedAtMs !== null && finishedAtMs <= toMs) newestMs = Math.max(newestMs, finishedAtMs);
  }
  const isStale =
    isToOpen &&
    Number.isFinite(newestMs) &&
    newestMs < toMs - STALE_MS &&
    newestMs > (fromMs ?? Number.NEGATIVE_INFINITY);
  if (!isStale) return { toMs, assumptions: [] };
  const day = dayText(newestMs);
  return {
    toMs: newestMs + 1,
    assumptions: [
      `The newest commit or release of this clone is of ${day}, and is taken for the end: what came later is unknown, not nothing. Fetch, or say --to.`,
    ],
  };
}

/** The last year, if it has releases enough to say something; else all of them. */
function startFor({ shipments }: ShippingLedger, toMs: number): number {
  const before = shipments.filter(({ atMs }) => atMs < toMs);
  const recent = before.filter(({ atMs }) => atMs >= toMs - YEAR_MS);
  if (recent.length >= RELEASES_WANTED) return toMs - YEAR_MS;
  return Math.min(before[0]?.atMs ?? toMs - YEAR_MS, toMs - 1);
}

function rangesOf(range: TimeRange, { compare }: DeliveryRequest): readonly TimeRange[] {
  return compare === null ? [range] : [range, compare];
}

type Sizing = {
  readonly facts: DeliveryFacts;
  readonly ledger: ShippingLedger;
  readonly ranges: readonly TimeRange[];
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>;
};

type Sized = {
  readonly facts: DeliveryFacts;
  readonly ledger: ShippingLedger;
  readonly assumptions: readonly string[];
};

/** Adds line sizes to the commits that will be measured: from the cache, and by diffs where that is asked for or quick. */
async function withLines(
  io: Io,
  place: GitPlace,
  repository: Repository,
  { lines }: DeliveryRequest,
  progress: Progress,
  { facts, ledger, ranges, touched }: Sizing,
): Promise<Sized> {
  const none = (why: string): Sized => ({ facts, ledger, assumptions: [why] });
  if (lines === "never") return { facts, ledger, assumptions: [] };
  if (repository.isPartial)
    return none("Lines per commit are not measured: this clone is partial, and nothing is fetched.");
  const wanted = wantedCommits(ledger, ranges, touched);
  const cache = { folder: cacheFolder(io.env), gitDir: repository.gitDir };
  const sizes = await readCachedSizes(cache);
  const missing = wanted.filter((sha) => !sizes.has(cacheKey(sha)));
  if (lines === "auto" && missing.length > LINES_AUTO_MAX)
    return none(
      `Lines per commit are not measured: ${countText(missing.length)} commits would take a while. Ask for them with --lines.`,
    );
  if (missing.length > 0) {
    try {
      const show = (count: number) =>
        progress.show(`measuring lines: ${countText(count)} of ${countText(missing.length)} commits`);
      for (const [sha, size] of await readLineSizes(place, missing, show)) sizes.set(cacheKey(sha), size);
    } catch (error) {
      if (!(error instanceof GitError) || error.failure !== "git-failed") throw error;
      return none(`Lines per commit are not measured: git could not compare (${error.detail}).`);
    }
    await writeCachedSizes(cache, sizes);
  }
  const commits = facts.commits.map((commit): CommitFact => {
    const size = sizes.get(cacheKey(commit.sha));
    return size === undefined ? commit : { ...commit, lines: size };
  });
  return { facts: { ...facts, commits }, ledger: { ...ledger, graph: { ...ledger.graph, commits } }, assumptions: [] };
}

function wantedCommits(
  ledger: ShippingLedger,
  ranges: readonly TimeRange[],
  touched: Sizing["touched"],
): readonly string[] {
  const only = touched.size === 0 ? null : new Set([...touched.values()].flatMap((shas) => [...shas]));
  const views = ranges.map((range) => viewWindow(ledger, { ...range, onlyCommits: only }));
  return [
    ...new Set(
      views.flatMap(({ counted }) => counted.flatMap(({ commit }) => ledger.graph.commits[commit]?.sha ?? [])),
    ),
  ];
}

/** `$XDG_CACHE_HOME/steadfast/line-sizes`, by default in `~/.cache`. */
function cacheFolder(env: Io["env"]): string {
  const given = env.XDG_CACHE_HOME;
  return join(given === undefined || given === "" ? join(homedir(), ".cache") : given, "steadfast", "line-sizes");
}

function cloneAssumptions({ isShallow }: Repository, otherTags: number, unplaced: number): readonly string[] {
  return [
    ...(isShallow
      ? [
          "This clone is shallow: what lies beyond its boundary is unknown, and the first release in it is the baseline. `git fetch --unshallow` completes it.",
        ]
      : []),
    ...(otherTags > 0 ? [`${countText(otherTags)} tags lead to no commit and are left out.`] : []),
    ...(unplaced > 0
      ? [`${countText(unplaced)} release tags point to commits that are not in this clone and are left out.`]
      : []),
  ];
}
