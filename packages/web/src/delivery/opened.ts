import type { DeliveryReport, FlakyTest, MeasuredChange, MeasuredDeployment, StageName } from "../api/types.ts";
import { formatExactTime } from "../ui/format.ts";
import { binOf, type DeploymentSize, deploymentSizes, ofChangesText } from "./deployment-size.ts";
import { formatSpan, STAGE_WORDS } from "./figures.ts";
import { formatDay } from "./scale.ts";
import { openMs } from "./size-bins.ts";

const WEEK_MS = 7 * 86_400_000;

/** What a figure is made of. */
export type Opened =
  | {
      readonly kind: "changes";
      readonly title: string;
      readonly changes: readonly MeasuredChange[];
      /** The stage that they are looked at for, else all of them. */
      readonly stage?: StageName;
      /** How many the figure is made of: a report holds the newest changes alone. */
      readonly total: number;
    }
  | { readonly kind: "rollout"; readonly title: string; readonly rolloutId: string; readonly isTakenBack: boolean }
  | { readonly kind: "change"; readonly title: string; readonly change: MeasuredChange }
  | {
      readonly kind: "deployments";
      readonly title: string;
      readonly deployments: readonly DeploymentSize[];
      /** The same; `null`: nobody counted those among the older ones. */
      readonly total: number | null;
    }
  | { readonly kind: "failures" | "incidents" | "guard" | "unknown"; readonly title: string }
  | { readonly kind: "test"; readonly title: string; readonly test: FlakyTest };

/**
 * Finds what an address opens: `changes`, `deployments`, `failures`, `rework`, `incidents`, `guard`, `slowest`, or one of `change:ID`, `deployment:ID`, `stage:NAME`, `week:MS`,
 * `between:MS-MS`, `capped:STAGE`, `batch:LABEL`, `lines:LEAST`, `test:NAME`. What the report does not hold (any more) is `unknown`.
 */
export function openedOf(report: DeliveryReport, open: string): Opened {
  const at = open.indexOf(":");
  const [what, of] = at === -1 ? [open, ""] : [open.slice(0, at), open.slice(at + 1)];
  return FINDERS.get(what)?.(report, of) ?? UNKNOWN;
}

const UNKNOWN: Opened = { kind: "unknown", title: "Not in this time" };

type Finder = (report: DeliveryReport, of: string) => Opened | undefined;

const FINDERS: ReadonlyMap<string, Finder> = new Map(
  Object.entries<Finder>({
    changes: ({ changes, totals }) => ({ kind: "changes", title: "Changes shipped", changes, total: totals.changes }),
    deployments: (report) => ({
      ...{ kind: "deployments", title: "Deployments", deployments: deploymentSizes(report) },
      total: report.totals.deployments,
    }),
    rework: (report) => ({
      ...deploymentsThat(report, "Unplanned repairs", ({ isRework }) => isRework),
      total: report.rework.count,
    }),
    failures: () => ({ kind: "failures", title: "Failures" }),
    guard: () => ({ kind: "guard", title: "What the guard decided by itself" }),
    incidents: () => ({ kind: "incidents", title: "Incidents" }),
    slowest: (report) => {
      if (report.stages === null) return undefined;
      const { n, leastMs } = report.stages.slowest;
      const totalOf = ({ stagesMs }: MeasuredChange) => Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0);
      const changes = staged(report).filter((change) => totalOf(change) >= leastMs);
      return { kind: "changes", title: "The slowest tenth", changes, total: n };
    },
    change: ({ changes }, id) => {
      const change = changes.find((each) => each.id === id);
      return change && { kind: "change", title: change.title || change.id, change };
    },
    deployment: ({ deployments, changes }, id) => {
      const deployment = deployments.find((each) => each.id === id);
      if (deployment === undefined) return undefined;
      const title = `${deployment.name}, ${formatExactTime(deployment.atMs)}`;
      const rolloutId = rolloutOf(deployment);
      if (rolloutId !== undefined)
        return { kind: "rollout", title, rolloutId, isTakenBack: deployment.role === "rollback" };
      const shipped = changes.filter(({ deploymentId }) => deploymentId === id);
      return { kind: "changes", title, changes: shipped, total: deployment.changes };
    },
    stage: (report, name) => {
      const found = report.stages?.stages.find((each) => each.stage === name);
      if (found === undefined) return undefined;
      const { stage, ms } = found;
      const title = `By ${STAGE_WORDS[stage].label.toLowerCase()}`;
      const changes = staged(report).filter(({ stagesMs }) => stagesMs[stage] !== undefined);
      return { kind: "changes", title, changes, stage, total: ms.n };
    },
    capped: (report, name) => {
      const whatIf = report.whatIf.find(({ stage }) => stage === name);
      if (whatIf === undefined) return undefined;
      const { stage, capMs, touched } = whatIf;
      return {
        ...{ kind: "changes", title: `${STAGE_WORDS[stage].label} longer than ${formatSpan(capMs)}` },
        changes: staged(report).filter(({ stagesMs }) => (stagesMs[stage] ?? 0) > capMs),
        ...{ stage, total: touched },
      };
    },
    week: (report, from) => {
      const week = report.stages?.weeks.find(({ fromMs }) => String(fromMs) === from);
      if (week === undefined) return undefined;
      const isInside = ({ shippedAtMs }: MeasuredChange) =>
        week.fromMs <= shippedAtMs && shippedAtMs < week.fromMs + WEEK_MS;
      const changes = staged(report).filter(isInside);
      return { kind: "changes", title: `Shipped in the week of ${formatDay(week.fromMs)}`, changes, total: week.n };
    },
    between: (report, span) => {
      const [, fromMs, toMs] = /^(\d{1,15})-(\d{1,15})$/.exec(span)?.map(Number) ?? [];
      if (fromMs === undefined || toMs === undefined) return undefined;
      const title = `Deployments from ${formatDay(fromMs)} on, before ${formatDay(toMs)}`;
      return deploymentsThat(report, title, ({ atMs, role }) => fromMs <= atMs && atMs < toMs && role !== "rollback");
    },
    batch: (report, label) =>
      deploymentsThat(
        report,
        `Deployments of ${ofChangesText(label)}`,
        ({ size }) => size > 0 && binOf(size).label === label,
      ),
    lines: ({ sizes, changes }, least) => {
      const bin = sizes.bins.find(({ linesMin }) => String(linesMin) === least);
      if (bin === undefined) return undefined;
      const { linesMin, linesMax } = bin;
      const isInside = ({ unit, linesChanged, stagesMs }: MeasuredChange) =>
        unit === "pull request" &&
        linesChanged !== null &&
        linesChanged >= linesMin &&
        (linesMax === null || linesChanged <= linesMax) &&
        openMs(stagesMs) !== null;
      const title = linesMax === null ? `Of more than ${linesMin - 1} lines` : `Of ${linesMin} to ${linesMax} lines`;
      return { kind: "changes", title, changes: changes.filter(isInside), total: bin.ms.n };
    },
    test: ({ flakyTests }, name) => {
      const test = flakyTests.find((each) => each.test === name);
      return test && { kind: "test", title: test.test, test };
    },
  }),
);

/** A rollout of this server is a deployment by the same id; what took it back has it in front. */
function rolloutOf({ kind, id }: MeasuredDeployment): string | undefined {
  return kind === "flag" ? /^rol_\w+/.exec(id)?.[0] : undefined;
}

function deploymentsThat(
  report: DeliveryReport,
  title: string,
  isMeant: (deployment: MeasuredDeployment & DeploymentSize) => boolean,
): Extract<Opened, { kind: "deployments" }> {
  return { kind: "deployments", title, deployments: deploymentSizes(report).filter(isMeant), total: null };
}

/** The changes that the ledger of stages, and each replay, is made of. */
function staged({ stages, changes }: DeliveryReport): MeasuredChange[] {
  return changes.filter(({ unit, stagesMs }) => unit === stages?.unit && Object.keys(stagesMs).length > 0);
}
