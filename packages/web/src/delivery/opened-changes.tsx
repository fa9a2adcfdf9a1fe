import type { MeasuredChange, StageName } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { Quiet } from "./data-table.tsx";
import { STAGE_WORDS } from "./figures.ts";
import { type Listed, listedText, noneText } from "./held.ts";
import { LongTable } from "./long-table.tsx";
import { OpenLink } from "./open-link.tsx";
import { Span } from "./span.tsx";

type Props = {
  readonly changes: readonly MeasuredChange[];
  readonly stage?: StageName | undefined;
  /** How many the figure is made of. */
  readonly total: number;
  /** Of the report, which holds the newest changes alone. */
  readonly held: Omit<Listed["held"], "noun">;
};

/** Changes, the slowest first: in all, or in one stage. */
export function ChangesTable({ changes, stage, total, held }: Props) {
  const listed = { count: changes.length, total, order: "the slowest first", held: { ...held, noun: "change" } };
  if (changes.length === 0) return <p>{noneText(listed, "No change is known that it brought.")}</p>;
  const msOf = ({ leadMs, stagesMs }: MeasuredChange) => (stage === undefined ? leadMs : (stagesMs[stage] ?? null));
  const slowest = changes.toSorted((a, b) => (msOf(b) ?? -1) - (msOf(a) ?? -1));
  const stageColumn = stage === undefined ? [] : [STAGE_WORDS[stage].label];
  return (
    <LongTable
      label="Changes"
      caption={listedText(listed)}
      columns={["Change", "Author", ...stageColumn, "Lead time", "Size"]}
      rows={slowest}
    >
      {(each) => (
        <tr key={each.id}>
          <th scope="row">
            <OpenLink open={`change:${each.id}`}>{each.title || each.id}</OpenLink>
          </th>
          <td>{each.author.replace(/ <.*>$/, "")}</td>
          {stage !== undefined && (
            <td>
              <Span ms={each.stagesMs[stage] ?? 0} />
            </td>
          )}
          <td>{each.leadMs === null ? "negative" : <Span ms={each.leadMs} />}</td>
          <td>{each.linesChanged === null ? <Quiet>unknown</Quiet> : countOf(each.linesChanged, "line")}</td>
        </tr>
      )}
    </LongTable>
  );
}
