import type { DeliveryReport, OpenChange } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { useNowMs } from "../ui/use-now.ts";
import { Quiet } from "./data-table.tsx";
import { LongTable } from "./long-table.tsx";
import { Panel } from "./panel.tsx";
import { SourceTitle } from "./source-title.tsx";
import { Span } from "./span.tsx";

/** It stands on the page, among other things. */
const SHOWN_FIRST = 20;

const WAITS: Readonly<Record<OpenChange["waitsFor"], string>> = {
  review: "somebody to look",
  approval: "an approval",
  merge: "being merged",
};

/** Which changes wait now: whose, how old, for what and since when; small ones are easy to pick up. */
export function WaitingNow({ report: { openChanges: changes, totals } }: { report: DeliveryReport }) {
  const nowMs = useNowMs();
  if (changes.length === 0) {
    return (
      <Panel
        isSmall
        title="Waiting now"
        note="No open change is known: nothing waits, or nobody tells of pull requests."
      />
    );
  }
  return (
    <Panel title="Waiting now" note={noteOf(changes.length, totals.openChanges)}>
      <LongTable
        label="Open changes"
        columns={["Change", "Owner", "Age", "Waits for", "Since", "Size"]}
        rows={changes}
        first={SHOWN_FIRST}
      >
        {(each) => (
          <tr key={each.id}>
            <th scope="row">
              <SourceTitle title={each.title || each.id} url={each.url} />
            </th>
            <td>{each.author || <Quiet>unknown</Quiet>}</td>
            <td>
              <Span ms={nowMs - each.openedAtMs} />
            </td>
            <td>{WAITS[each.waitsFor]}</td>
            <td>
              <Span ms={nowMs - each.waitsSinceMs} />
            </td>
            <td>{each.linesChanged === null ? <Quiet>unknown</Quiet> : countOf(each.linesChanged, "line")}</td>
          </tr>
        )}
      </LongTable>
    </Panel>
  );
}

function noteOf(known: number, total: number): string {
  const order = known < total ? `; the page knows the ${known} that wait longest` : "";
  return `${countOf(total, "open change")}, the one that waits longest first${order}.`;
}
