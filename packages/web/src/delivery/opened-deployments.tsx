import type { DeliveryReport, MeasuredDeployment } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { Quiet } from "./data-table.tsx";
import type { DeploymentSize } from "./deployment-size.ts";
import { formatSpan } from "./figures.ts";
import { type Listed, listedText, noneText } from "./held.ts";
import { LongTable } from "./long-table.tsx";
import { OpenLink } from "./open-link.tsx";
import { SourceTitle } from "./source-title.tsx";
import { Span } from "./span.tsx";

const NEWEST_FIRST = "the newest first";

const ROLES: Readonly<Record<MeasuredDeployment["role"], string>> = {
  shipped: "nothing that is known",
  baseline: "the first one known: not measured",
  rollback: "an earlier version",
  redeployment: "what ran already",
  unknown: "nobody told",
};

/** `3 commits`; without any, why that is. */
export function broughtText({ size, unit, role, kind }: DeploymentSize): string {
  if (role === "shipped" && size > 0) return countOf(size, unit);
  return kind === "flag" && role !== "rollback" ? "a flag's rollout" : ROLES[role];
}

type DeploymentsProps = {
  readonly deployments: readonly DeploymentSize[];
  readonly total: number | null;
  /** Of the report, which holds the newest deployments alone. */
  readonly held: Omit<Listed["held"], "noun">;
};

export function DeploymentsTable({ deployments, total, held }: DeploymentsProps) {
  const listed = { count: deployments.length, total, order: NEWEST_FIRST, held: { ...held, noun: "deployment" } };
  if (deployments.length === 0) return <p>{noneText(listed, "There was none in this time.")}</p>;
  return (
    <LongTable
      label="Deployments"
      caption={listedText(listed)}
      columns={["Deployment", "When", "Brought", "How it went"]}
      rows={deployments.toReversed()}
    >
      {(each) => (
        <tr key={each.id}>
          <th scope="row">
            <OpenLink open={`deployment:${each.id}`}>{each.name}</OpenLink>
          </th>
          <td>{formatExactTime(each.atMs)}</td>
          <td>{broughtText(each)}</td>
          <td>{each.isFailed ? "failed" : each.isRework ? "a repair" : "well"}</td>
        </tr>
      )}
    </LongTable>
  );
}

/** Each failed deployment with what proves it, then signs of failure that no deployment could be found for. */
export function FailuresTable({ report: { changeFailRate } }: { report: DeliveryReport }) {
  const { links, unlinked } = changeFailRate;
  if (links.length + unlinked.length === 0) return <p>No failure is known in this time.</p>;
  return (
    <LongTable
      label="Failures"
      columns={["What failed, and how that is known", "Certainty", "Recovered"]}
      rows={[...links, ...unlinked]}
    >
      {(each) =>
        "certainty" in each ? (
          <tr key={each.deploymentId}>
            <th scope="row">
              <OpenLink open={`deployment:${each.deploymentId}`}>{each.release}</OpenLink>{" "}
              <Quiet>{formatExactTime(each.atMs)}</Quiet>
              <div>
                <Quiet>{each.evidence}</Quiet>
              </div>
            </th>
            <td>{each.certainty.replaceAll("-", " ")}</td>
            <td>
              {each.recoveryMs === null
                ? `open for ${formatSpan(each.openForMs ?? 0)}`
                : `after ${formatSpan(each.recoveryMs)}`}
            </td>
          </tr>
        ) : (
          <tr key={`${each.kind} ${each.atMs} ${each.evidence}`}>
            <th scope="row">
              {formatExactTime(each.atMs)}
              <div>
                <Quiet>
                  {each.evidence}. {each.why}
                </Quiet>
              </div>
            </th>
            <td>unlinked</td>
            <td>–</td>
          </tr>
        )
      }
    </LongTable>
  );
}

export function IncidentsTable({ report: { incidents, totals } }: { report: DeliveryReport }) {
  const total = totals.incidents;
  if (total === 0) return <p>No incident is known in this time.</p>;
  const held = { count: incidents.length, total, noun: "incident" };
  return (
    <LongTable
      label="Incidents"
      caption={listedText({ count: incidents.length, total, order: NEWEST_FIRST, held })}
      columns={["Incident", "Began", "Took"]}
      rows={incidents.toSorted((a, b) => b.detectedAtMs - a.detectedAtMs)}
    >
      {(each) => (
        <tr key={each.id}>
          <th scope="row">
            <SourceTitle title={each.title} url={each.url} />
          </th>
          <td>{formatExactTime(each.detectedAtMs)}</td>
          <td>{each.resolvedAtMs === null ? "still open" : <Span ms={each.resolvedAtMs - each.detectedAtMs} />}</td>
        </tr>
      )}
    </LongTable>
  );
}
