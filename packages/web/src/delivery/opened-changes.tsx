import type { MeasuredChange, StageName } from "../api/types.ts";
import { countOf, formatCount } from "../ui/format.ts";
import { DataTable, Quiet } from "./data-table.tsx";
import { formatSpan, STAGE_WORDS } from "./figures.ts";
import { OpenLink } from "./open-link.tsx";

/** Rows of one opened figure: more are found by opening a deployment. */
const ROWS_MAX = 200;

type Props = {
  readonly changes: readonly MeasuredChange[];
  readonly stage?: StageName | undefined;
  /** Of them all, where the report holds only the newest. */
  readonly total?: number | undefined;
};

/** Changes, the slowest first: in all, or in one stage. */
export function ChangesTable({ changes, stage, total = changes.length }: Props) {
  if (changes.length === 0) return <p>No change is known that it brought.</p>;
  const msOf = ({ leadMs, stagesMs }: MeasuredChange) => (stage === undefined ? leadMs : (stagesMs[stage] ?? null));
  const slowest = changes.toSorted((a, b) => (msOf(b) ?? -1) - (msOf(a) ?? -1)).slice(0, ROWS_MAX);
  const stageColumn = stage === undefined ? [] : [STAGE_WORDS[stage].label];
  return (
    <DataTable
      label="Changes"
      caption={captionOf(changes.length, total)}
      columns={["Change", "Author", ...stageColumn, "Lead time", "Size"]}
    >
      {slowest.map((each) => (
        <tr key={each.id}>
          <th scope="row">
            <OpenLink open={`change:${each.id}`}>{each.title || each.id}</OpenLink>
          </th>
          <td>{each.author.replace(/ <.*>$/, "")}</td>
          {stage !== undefined && <td>{formatSpan(each.stagesMs[stage] ?? 0)}</td>}
          <td>{each.leadMs === null ? "negative" : formatSpan(each.leadMs)}</td>
          <td>{each.linesChanged === null ? <Quiet>unknown</Quiet> : countOf(each.linesChanged, "line")}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** How many are listed, of how many. */
function captionOf(known: number, total: number): string {
  const listed = known > ROWS_MAX ? `The slowest ${ROWS_MAX} of ${formatCount(known)}` : `${known}, the slowest first`;
  if (known >= total) return listed;
  return `${listed}. There are ${formatCount(total)}, of which the page knows the newest: choose a shorter time to see each`;
}
