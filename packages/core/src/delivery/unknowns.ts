import type { DeliveryFacts } from "./facts.ts";
import type { Unknown } from "./report.ts";
import type { ShippingLedger } from "./shipments.ts";
import type { StageTable } from "./stage-table.ts";

/** What these facts cannot tell, and which source would. */
export function unknownsOf(
  facts: Omit<DeliveryFacts, "commits">,
  ledger: ShippingLedger,
  stages: StageTable,
): readonly Unknown[] {
  const unknowns: Unknown[] = [];
  const tagsOnly = facts.deployments.length > 0 && facts.deployments.every(({ kind }) => kind === "release");
  if (tagsOnly)
    unknowns.push({
      what: "When a release reached users, and whether it was deployed at all: a tag is taken for a deployment.",
      source: "deployments, from a CI webhook or POST /api/v1/deployments",
      tells: ["deployments"],
    });
  if (facts.changes.length === 0)
    unknowns.push({
      what: "Where the time before a merge goes (coding, pickup, review): git keeps no reviews, and a squash hides when work began.",
      source: "pull requests, from GitHub or GitLab",
      tells: ["changes"],
    });
  if (facts.incidents.length === 0)
    unknowns.push({
      what: "Failures that were mended without a revert, and when users had service again.",
      source: "incidents, from the tool that pages people or POST /api/v1/incidents",
      tells: ["incidents"],
    });
  if (facts.pipelineRuns.length === 0)
    unknowns.push({
      what: "How much of the waiting is CI.",
      source: "pipeline runs, from CI webhooks or OpenTelemetry",
      tells: ["pipeline-runs"],
    });
  if (facts.testRuns.length === 0)
    unknowns.push({ what: "Which tests are flaky.", source: "test runs, from CI", tells: ["test-runs"] });
  return [...unknowns, ...untoldStages(stages), ...untoldContents(ledger)];
}

/** Stages that are not known of every shipped pull request: unknown, and not zero. */
function untoldStages({ unit, n, stages, stagesMs }: StageTable): readonly Unknown[] {
  return stages.flatMap((stage, index) => {
    const untold = n - (stagesMs[index]?.sorted.length ?? n);
    if (untold === 0) return [];
    const of = `of ${untold} of ${n} ${unit}${n === 1 ? "" : "s"}`;
    return stage === "coding"
      ? {
          what: `How long coding took ${of}: nobody told of the first commit, and their lead time begins when they were opened.`,
          source: "first commits, by `steadfast delivery import`, or `firstCommitAt` in CDEvents",
          tells: ["changes" as const],
        }
      : {
          what: `How long the rollout took ${of}: nobody told when the deployment began, and it counts as waiting for one.`,
          source: "`startedAt` on each deployment",
          tells: ["deployments" as const],
        };
  });
}

/** Deployments of which it is not known what they brought: without a revision, and with one that no source told the commits of. */
function untoldContents({ shipments }: ShippingLedger): readonly Unknown[] {
  const untold = shipments.filter(({ role }) => role === "unknown");
  const unnamed = untold.filter(({ fact }) => fact.revision === null).length;
  const unread = untold.length - unnamed;
  const of = `of ${shipments.length} deployment${shipments.length === 1 ? "" : "s"} brought`;
  return [
    ...(unnamed === 0
      ? []
      : [
          {
            what: `What ${unnamed} ${of}: nobody told the revision.`,
            source: "`revision` on each deployment",
            tells: ["deployments" as const],
          },
        ]),
    ...(unread === 0
      ? []
      : [
          {
            what: `What ${unread} ${of}: the revision was told, the commits behind it were not.`,
            source: "commits, from pushes of GitHub or GitLab or an import, or `commits` on each deployment",
            tells: ["commits" as const],
          },
        ]),
  ];
}
