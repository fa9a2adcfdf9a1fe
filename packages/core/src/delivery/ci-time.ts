import type { ChangeFact, PipelineRunFact } from "./facts.ts";

type Span = { readonly fromMs: number; readonly toMs: number };

/** Runs by the revision that they ran on. */
export function indexRuns(runs: readonly PipelineRunFact[]): ReadonlyMap<string, readonly PipelineRunFact[]> {
  const told = new Map(runs.map((run) => [run.id, run]));
  return Map.groupBy(told.values(), ({ revision }) => revision);
}

/**
 * How much of a stage CI took: time in which some run was going on, and time in which runs only waited for a machine. Runs side by side count once: only what is on the
 * critical path delays anybody. `null` where no run of the change is known.
 */
export function ciTimeWithin(
  stage: Span,
  change: ChangeFact,
  runsByRevision: ReadonlyMap<string, readonly PipelineRunFact[]>,
): { readonly queueMs: number; readonly runMs: number } | null {
  const revisions = new Set(change.mergeCommit === null ? change.commits : [...change.commits, change.mergeCommit]);
  const runs = [...revisions].flatMap((revision) => runsByRevision.get(revision) ?? []);
  if (runs.length === 0) return null;
  const running = runs.map((run) => clip({ fromMs: run.startedAtMs, toMs: run.finishedAtMs ?? stage.toMs }, stage));
  const waiting = runs.map((run) => clip({ fromMs: run.queuedAtMs ?? run.startedAtMs, toMs: run.startedAtMs }, stage));
  const runMs = coveredMs(running);
  return { runMs, queueMs: coveredMs([...running, ...waiting]) - runMs };
}

function clip(span: Span, to: Span): Span {
  return { fromMs: Math.max(span.fromMs, to.fromMs), toMs: Math.min(span.toMs, to.toMs) };
}

/** Length of the union. */
function coveredMs(spans: readonly Span[]): number {
  let sum = 0;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    if (toMs <= fromMs) continue;
    sum += Math.max(0, toMs - Math.max(fromMs, endMs));
    endMs = Math.max(endMs, toMs);
  }
  return sum;
}
