import type { FlakyTest } from "../api/types.ts";
import { countOf, formatExactTime } from "../ui/format.ts";
import { DataTable } from "./data-table.tsx";
import { SourceTitle } from "./source-title.tsx";
import { Span } from "./span.tsx";

/** As much of a commit's id as people tell it by. */
const SHORT_SHA = 10;

/** The runs of a flaky test on the revisions where it did both. */
export function TestRunsTable({ test }: { test: FlakyTest }) {
  const { runs, runCount, flakyRevisions } = test;
  const of = `${countOf(runCount, "run")} on ${countOf(flakyRevisions, "revision")} where it passed and failed`;
  return (
    <DataTable
      label="Runs"
      caption={runs.length < runCount ? `The newest ${runs.length} of ${of}` : `${of}, the newest first`}
      columns={["When", "Revision", "Came out", "Took"]}
    >
      {runs.map((run, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two runs may be alike in all they tell
        <tr key={index}>
          <th scope="row">
            <SourceTitle title={formatExactTime(run.finishedAtMs)} url={run.url} />
          </th>
          <td>
            <code>{run.revision.slice(0, SHORT_SHA)}</code>
          </td>
          <td>{run.outcome}</td>
          <td>
            <Span ms={run.durationMs} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
