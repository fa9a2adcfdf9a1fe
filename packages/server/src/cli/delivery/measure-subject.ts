import type { CommitGraph } from "@steadfast/core/delivery/commit-graph";
import type { DeliveryFacts, DeploymentFact, SourceFact } from "@steadfast/core/delivery/facts";
import { measureLedger } from "@steadfast/core/delivery/measure";
import type { DeliveryReport } from "@steadfast/core/delivery/report";
import { type ShippingLedger, shippingLedgerOf } from "@steadfast/core/delivery/shipments";
import { deploymentsOfTags } from "../../git/git-facts.ts";
import type { Tag } from "../../git/read-tags.ts";
import { readTouched } from "../../git/read-touched.ts";
import { isPartialClone, type Repository } from "../../git/repository.ts";
import { GitError } from "../../git/run-git.ts";
import { proposeTags, tagMatcher } from "../../git/tag-pattern.ts";
import { usageError } from "../cli-error.ts";
import { countText } from "../terminal/figures.ts";
import { plain } from "../terminal/text.ts";
import type { Clone, PackageReport, ReleaseChoice } from "./collected.ts";
import { withLines } from "./measure-lines.ts";
import type { DeliveryRequest, TimeRange } from "./request.ts";
import { dayText } from "./wording.ts";

/** Tags named where none of them is a release. */
const EXAMPLES_MAX = 3;
const YEAR_MS = 365 * 24 * 3_600_000;
/** With fewer releases in the last year, the whole history is measured. */
const RELEASES_WANTED = 10;

/** Measures the whole repository (`null`) or one package of it. @throws {GitError} */
export async function measureSubject(clone: Clone, path: string | null): Promise<PackageReport> {
  const { repository, request, progress, tags } = clone;
  progress.show("measuring");
  const { releases, matched } = chooseReleases(clone, path);
  const deployments = deploymentsOfTags(matched, clone.graph, repository.name);
  const facts: Facts = { ...NOTHING, deployments, sources: sourcesOf(clone.graph, deployments, request.toMs) };
  const ledger = shippingLedgerOf(clone.graph, deployments);
  const end = endFor(facts, request);
  const range = { fromMs: request.fromMs ?? startFor(ledger, end.toMs), toMs: end.toMs };
  if (path !== null) progress.show(`reading what touches ${path}`);
  const onlyCommits = path === null ? null : await touchedBy(clone, path);
  if (onlyCommits?.size === 0 && clone.graph.size > 0)
    throw usageError(
      `No commit touches ${plain(path ?? "")}.`,
      "A path from the root of the repository, as git ls-files writes it: --package packages/api",
    );
  const ranges = request.compare === null ? [range] : [range, request.compare];
  const sized = await withLines(clone, { ledger, ranges, onlyCommits });
  const measure = (window: TimeRange): DeliveryReport =>
    measureLedger(sized.ledger, facts, {
      ...window,
      attributionWindowMs: request.attributionWindowMs,
      isSummary: request.isSummary,
      // As asked for, or from the first release to the newest commit.
      isWindowKnown: true,
      onlyCommits,
    });
  const unplaced = matched.length - deployments.length;
  return {
    package: path,
    releases,
    report: measure(range),
    compared: request.compare === null ? null : measure(request.compare),
    assumptions: [...end.assumptions, ...cloneAssumptions(repository, tags.otherCount, unplaced), ...sized.assumptions],
  };
}

/** @throws {GitError} */
async function touchedBy({ place, repository }: Clone, path: string): Promise<ReadonlySet<string>> {
  try {
    return await readTouched(place, repository, path);
  } catch (error) {
    if (!(error instanceof GitError) || error.failure !== "git-failed" || !(await isPartialClone(place))) throw error;
    throw usageError(
      "This clone is partial, without the folders of its history: which commits touch a path cannot be told, and nothing is fetched.",
      "Fetch them, and no files: git fetch --refetch --filter=blob:none",
    );
  }
}

/** By the patterns given; else as the tags propose, those of the package first. */
function chooseReleases(
  { tags: { tags }, request }: Clone,
  path: string | null,
): { readonly releases: ReleaseChoice; readonly matched: readonly Tag[] } {
  const { includePrereleases } = request;
  const packageName = path?.split("/").at(-1) ?? null;
  const names = tags.map(({ name }) => name);
  const proposals = request.patterns.length > 0 ? null : proposeTags(names, { includePrereleases, packageName });
  const patterns = proposals === null ? request.patterns : proposals.chosen.map(({ pattern }) => pattern);
  const isRelease = tagMatcher(patterns);
  const matched = tags.filter(({ name }) => isRelease(name));
  const examples = names.slice(-EXAMPLES_MAX).reverse();
  return { releases: { patterns, proposals, matchedCount: matched.length, examples }, matched };
}

type Facts = Omit<DeliveryFacts, "commits">;

const NOTHING: Facts = {
  changes: [],
  deployments: [],
  incidents: [],
  pipelineRuns: [],
  testRuns: [],
  sources: [],
};

/** A clone whose newest commit or release is older than this says nothing of what happened since. */
const STALE_MS = 14 * 24 * 3_600_000;

/** The clone tells from its first release to its newest commit; a commit of the future tells nothing. */
function sourcesOf(
  { committedAtMs }: CommitGraph,
  deployments: readonly DeploymentFact[],
  nowMs: number,
): readonly SourceFact[] {
  let newestMs = Number.NEGATIVE_INFINITY;
  let firstMs = Number.POSITIVE_INFINITY;
  for (const atMs of committedAtMs) if (atMs <= nowMs) newestMs = Math.max(newestMs, atMs);
  for (const { finishedAtMs } of deployments) {
    if (finishedAtMs === null) continue;
    if (finishedAtMs <= nowMs) newestMs = Math.max(newestMs, finishedAtMs);
    firstMs = Math.min(firstMs, finishedAtMs);
  }
  if (!Number.isFinite(newestMs) || !Number.isFinite(firstMs)) return [];
  return [{ name: "git clone", tells: ["commits", "deployments"], firstHeardAtMs: firstMs, lastHeardAtMs: newestMs }];
}

/** Now; for a clone that has heard nothing lately the moment after its newest fact, so that its silence is not read as "frequency fell". */
function endFor(
  { sources }: Facts,
  { fromMs, toMs, isToOpen }: DeliveryRequest,
): { readonly toMs: number; readonly assumptions: readonly string[] } {
  const newestMs = sources[0]?.lastHeardAtMs ?? toMs;
  if (newestMs >= toMs - STALE_MS) return { toMs, assumptions: [] };
  const note = `The newest commit or release of this clone is of ${dayText(newestMs)}: what came later is unknown, not nothing.`;
  if (!isToOpen || newestMs <= (fromMs ?? Number.NEGATIVE_INFINITY)) return { toMs, assumptions: [note] };
  return { toMs: newestMs + 1, assumptions: [`${note} It is taken for the end; fetch, or say --to.`] };
}

/** The last year, if it has releases enough to say something; else all of them. Never before the first one: a pace is not of months in which there was nothing yet. */
function startFor({ shipments }: ShippingLedger, toMs: number): number {
  const before = shipments.filter(({ atMs }) => atMs < toMs);
  const firstMs = Math.min(before[0]?.atMs ?? toMs - YEAR_MS, toMs - 1);
  const recent = before.filter(({ atMs }) => atMs >= toMs - YEAR_MS);
  return recent.length >= RELEASES_WANTED ? Math.max(toMs - YEAR_MS, firstMs) : firstMs;
}

function cloneAssumptions({ isShallow }: Repository, otherTags: number, unplaced: number): readonly string[] {
  return [
    ...(isShallow
      ? [
          "This clone is shallow: what lies beyond its boundary is unknown, and the first release in it is the baseline. `git fetch --unshallow` completes it.",
        ]
      : []),
    ...(otherTags > 0
      ? [
          otherTags === 1
            ? "1 tag leads to no commit and is left out."
            : `${countText(otherTags)} tags lead to no commit and are left out.`,
        ]
      : []),
    ...(unplaced > 0
      ? [
          unplaced === 1
            ? "1 release tag points to a commit that is not in this clone and is left out."
            : `${countText(unplaced)} release tags point to commits that are not in this clone and are left out.`,
        ]
      : []),
  ];
}
