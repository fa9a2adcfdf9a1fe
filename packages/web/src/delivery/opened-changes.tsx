import { getRouteApi } from "@tanstack/react-router";
import type { DeliveryReport, MeasuredChange, MeasuredDeployment } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import { formatExactTime } from "../ui/format.ts";
import classes from "./change-table.module.css";
import { formatSpan } from "./figures.ts";
import { Title } from "./waiting-now.tsx";

const route = getRouteApi("/signed-in/delivery");

/** Rows of one opened figure: more are found by opening a deployment. */
const ROWS_MAX = 200;

/** What a figure is made of, opened over the page; the address says which. */
export function OpenedChanges({ report }: { report: DeliveryReport }) {
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const close = () => void navigate({ search: ({ open: _open, ...rest }) => rest });
  if (open === undefined) return null;
  return (
    <Dialog title={titleOf(report, open)} onClose={close} width={860}>
      <div className={classes.scroll}>
        <Opened report={report} open={open} />
      </div>
    </Dialog>
  );
}

function titleOf({ deployments }: DeliveryReport, open: string): string {
  const deployment = deployments.find((each) => `deployment:${each.id}` === open);
  if (deployment) return `${deployment.name}, ${formatExactTime(deployment.atMs)}`;
  return (
    { changes: "Changes shipped", deployments: "Deployments", failures: "Failures", rework: "Unplanned repairs" }[
      open
    ] ?? "Changes"
  );
}

function Opened({ report, open }: { report: DeliveryReport; open: string }) {
  if (open === "failures") return <Failures report={report} />;
  if (open === "deployments") return <Deployments deployments={report.deployments} />;
  if (open === "rework") return <Deployments deployments={report.deployments.filter((each) => each.isRework)} />;
  const changes = report.changes.filter((each) => open === "changes" || `deployment:${each.deploymentId}` === open);
  return <Changes changes={changes} />;
}

function Changes({ changes }: { changes: readonly MeasuredChange[] }) {
  if (changes.length === 0) return <p>No change is known that it brought.</p>;
  const slowest = changes.toSorted((a, b) => (b.leadMs ?? -1) - (a.leadMs ?? -1)).slice(0, ROWS_MAX);
  return (
    <table className={classes.table}>
      <caption className={classes.evidence}>
        {changes.length > ROWS_MAX
          ? `The slowest ${ROWS_MAX} of ${changes.length}`
          : `${changes.length}, the slowest first`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Author</th>
          <th scope="col">Lead time</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        {slowest.map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <Title title={each.title || each.id} url={each.url} />
            </th>
            <td>{each.author.replace(/ <.*>$/, "")}</td>
            <td>{each.leadMs === null ? "negative" : formatSpan(each.leadMs)}</td>
            <td>{each.linesChanged === null ? "–" : `${each.linesChanged} lines`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Deployments({ deployments }: { deployments: readonly MeasuredDeployment[] }) {
  if (deployments.length === 0) return <p>There was none in this time.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Deployment</th>
          <th scope="col">When</th>
          <th scope="col">Brought</th>
          <th scope="col">How it went</th>
        </tr>
      </thead>
      <tbody>
        {deployments
          .toReversed()
          .slice(0, ROWS_MAX)
          .map((each) => (
            <tr key={each.id}>
              <th scope="row">{each.name}</th>
              <td>{formatExactTime(each.atMs)}</td>
              <td>{each.role === "shipped" ? `${each.nonMerge} commits` : ROLES[each.role]}</td>
              <td>{each.isFailed ? "failed" : each.isRework ? "a repair" : "well"}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

const ROLES: Readonly<Record<MeasuredDeployment["role"], string>> = {
  shipped: "",
  baseline: "the first one known: not measured",
  rollback: "an earlier version",
  redeployment: "what ran already",
  unknown: "nobody told",
};

function Failures({ report: { changeFailRate } }: { report: DeliveryReport }) {
  const { links, unlinked } = changeFailRate;
  if (links.length + unlinked.length === 0) return <p>No failure is known in this time.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">What failed, and how that is known</th>
          <th scope="col">Certainty</th>
          <th scope="col">Recovered</th>
        </tr>
      </thead>
      <tbody>
        {links.map((each) => (
          <tr key={each.deploymentId}>
            <th scope="row">
              {each.release}
              <div className={classes.evidence}>{each.evidence}</div>
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
              <div className={classes.evidence}>
                {each.evidence}. {each.why}
              </div>
            </th>
            <td>unlinked</td>
            <td>–</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
