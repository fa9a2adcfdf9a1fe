import type { DeliveryReport } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { sourceName } from "./source-name.ts";

/** What the report lacks, and what would mend it. */
export type Missing = {
  readonly what: string;
  readonly remedy: string;
  /** The forge is not connected at all: the remedy is found in the settings. */
  readonly isUnconnected: boolean;
};

/** Where it is told of requests: what it calls them, and where a webhook is given another event. */
const FORGE_WORDS: ReadonlyMap<string, { noun: string; pushes: string; deployments: string }> = new Map([
  [
    "github",
    {
      noun: "pull request",
      pushes: "Add the event Pushes to its webhook",
      deployments: "Add the event Deployment statuses to its webhook",
    },
  ],
  [
    "gitlab",
    {
      noun: "merge request",
      pushes: "Add the trigger Push events to its webhook",
      deployments: "Add the trigger Deployment events to its webhook",
    },
  ],
]);

const OTHER_WORDS = {
  noun: "pull request",
  pushes: "Connect the forge's pushes, or name on each deployment the commits that it brought",
  deployments: "Let your pipeline tell of each deployment",
};

/** Why a report has deployments and no changes: what was told, and what was not. */
export function missingChanges(report: DeliveryReport): Missing {
  const { told, deployments } = report;
  if (told.changes === 0 && told.commits === 0) {
    return {
      what: "nobody told of the changes that were shipped.",
      ...{ remedy: "and lead time, its stages and the bottleneck come by themselves.", isUnconnected: true },
    };
  }
  const { name, words } = tellerOf(report);
  if (told.commits === 0) {
    const requests = countOf(told.changes, words.noun);
    return missing(
      `${name} told of ${requests}, but of no pushes: which of them a deployment brought cannot be known.`,
      `${words.pushes}, and import what it knows already: steadfast delivery import.`,
    );
  }
  const unknown = deployments.filter(({ role }) => role === "unknown");
  if (unknown.length === 0) return missing("the deployments of this time brought no change that is new.", "");
  if (unknown.every(({ revision }) => revision === null))
    return missing(`no deployment says which commit it brought.`, "Give each its `revision`, the commit's whole id.");
  return missing(
    `commits were told, but not those that ${countOf(unknown.length, "deployment")} brought.`,
    "Import what the forge knows already: steadfast delivery import.",
  );
}

/** Why there are no deployments although changes were told; `null`: they were not, either. */
export function missingDeployments(report: DeliveryReport): Missing | null {
  const { told } = report;
  if (told.deployments > 0 || (told.changes === 0 && told.commits === 0)) return null;
  const { name, words } = tellerOf(report);
  const counts = [
    told.changes > 0 ? countOf(told.changes, words.noun) : "",
    told.commits > 0 ? countOf(told.commits, "commit") : "",
  ].filter(Boolean);
  return missing(
    `${name} told of ${counts.join(" and ")}, but nobody of a deployment to ${report.environment}.`,
    `${words.deployments}, or end each deployment with the line below.`,
  );
}

function missing(what: string, remedy: string): Missing {
  return { what, remedy, isUnconnected: false };
}

/** Who told of requests, else of commits: the one that told most. */
function tellerOf({ sources }: DeliveryReport) {
  const told = (kind: string) =>
    sources
      .filter(({ name, tells }) => name !== null && tells.includes(kind))
      .toSorted((a, b) => b.tellings - a.tellings);
  const name = [...told("changes"), ...told("commits")][0]?.name ?? "";
  return { name: name === "" ? "Somebody" : sourceName(name), words: FORGE_WORDS.get(name) ?? OTHER_WORDS };
}
