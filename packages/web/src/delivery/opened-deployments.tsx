import type { DeliveryReport, MeasuredDeployment } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { DataTable, Quiet } from "./data-table.tsx";
import type { DeploymentSize } from "./deployment-size.ts";
import { formatSpan } from "./figures.ts";
import { OpenLink } from "./open-link.tsx";
import { SourceTitle } from "./source-title.tsx";

const ROWS_MAX = 200;

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

export function DeploymentsTable({ deployments }: { deployments: readonly DeploymentSize[] }) {
  if (deployments.length === 0) return <p>There was none in this time.</p>;
  return (
    <DataTable
      label="Deployments"
      caption={
        deployments.length > ROWS_MAX
          ? `The newest ${ROWS_MAX} of ${deployments.length}`
          : `${deployments.length}, the newest first`
      }
      columns={["Deployment", "When", "Brought", "How it went"]}
    >
      {deployments
        .toReversed()
        .slice(0, ROWS_MAX)
        .map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <OpenLink open={`deployment:${each.id}`}>{each.name}</OpenLink>
            </th>
            <td>{formatExactTime(each.atMs)}</td>
            <td>{broughtText(each)}</td>
            <td>{each.isFailed ? "failed" : each.isRework ? "a repair" : "well"}</td>
          </tr>
        ))}
    </DataTable>
  );
}

/** Each failed deployment with what proves it, then signs of failure that no deployment could be found for. */
export function FailuresTable({ report: { changeFailRate } }: { report: DeliveryReport }) {
  const { links, unlinked } = changeFailRate;
  if (links.length + unlinked.length === 0) return <p>No failure is known in this time.</p>;
  return (
    <DataTable label="Failures" columns={["What failed, and how that is known", "Certainty", "Recovered"]}>
      {links.map((each) => (
        <tr key={each.deploymentId}>
          <th scope="row">
            <OpenLink open={`deployment:${each.deploymentId}`}>{each.release}</OpenLink>
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
      ))}
      {unlinked.map((each) => (
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
      ))}
    </DataTable>
  );
}

export function IncidentsTable({ report: { incidents } }: { report: DeliveryReport }) {
  if (incidents.length === 0) return <p>No incident is known in this time.</p>;
  return (
    <DataTable
      label="Incidents"
      caption={`${incidents.length}, the newest first`}
      columns={["Incident", "Began", "Took"]}
    >
      {incidents
        .toSorted((a, b) => b.detectedAtMs - a.detectedAtMs)
        .slice(0, ROWS_MAX)
        .map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <SourceTitle title={each.title} url={each.url} />
            </th>
            <td>{formatExactTime(each.detectedAtMs)}</td>
            <td>{each.resolvedAtMs === null ? "still open" : formatSpan(each.resolvedAtMs - each.detectedAtMs)}</td>
          </tr>
        ))}
    </DataTable>
  );
}
