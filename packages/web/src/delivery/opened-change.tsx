import type { DeliveryReport, MeasuredChange } from "../api/types.ts";
import { countOf, formatExactTime, formatPercent } from "../ui/format.ts";
import { DataTable, Quiet } from "./data-table.tsx";
import { formatSpan, STAGE_WORDS } from "./figures.ts";
import { OpenLink } from "./open-link.tsx";
import classes from "./opened-change.module.css";
import { SourceTitle } from "./source-title.tsx";
import { Span } from "./span.tsx";
import { STAGE_ORDER } from "./stage-colors.tsx";

/** One change: whose, how large, what shipped it, and where its time went. */
export function OpenedChange({ report, change }: { report: DeliveryReport; change: MeasuredChange }) {
  const { author, url, linesChanged, leadMs, deploymentId, shippedAtMs, stagesMs, unit } = change;
  const deployment = report.deployments.find(({ id }) => id === deploymentId);
  const stages = STAGE_ORDER.flatMap((stage) => {
    const ms = stagesMs[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  });
  const totalMs = stages.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <div className={classes.change}>
      <p>
        A {unit} by {author.replace(/ <.*>$/, "")}
        {linesChanged !== null && `, ${countOf(linesChanged, "line")}`}, shipped {formatExactTime(shippedAtMs)} with{" "}
        <OpenLink open={`deployment:${deploymentId}`}>{deployment?.name ?? deploymentId}</OpenLink>.{" "}
        {leadMs === null ? "Its dates run backwards: it has no lead time." : `Its lead time was ${formatSpan(leadMs)}.`}
      </p>
      {url !== null && (
        <p>
          <SourceTitle title={url} url={url} />
        </p>
      )}
      {stages.length > 0 && (
        <DataTable label="Where its time went" columns={["Stage", "Took", "Of its time"]}>
          {stages.map(({ stage, ms }) => (
            <tr key={stage}>
              <th scope="row">
                {STAGE_WORDS[stage].label} <Quiet>{STAGE_WORDS[stage].about}</Quiet>
              </th>
              <td>
                <Span ms={ms} />
              </td>
              <td>{totalMs === 0 ? "–" : formatPercent(Number((ms / totalMs).toFixed(2)))}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </div>
  );
}
