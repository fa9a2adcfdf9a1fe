import type { OpenChange } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { useNowMs } from "../ui/use-now.ts";
import { DataTable, Quiet } from "./data-table.tsx";
import { formatSpan } from "./figures.ts";
import { Panel } from "./panel.tsx";
import { SourceTitle } from "./source-title.tsx";

const SHOWN_MAX = 20;

const WAITS: Readonly<Record<OpenChange["waitsFor"], string>> = {
  review: "somebody to look",
  approval: "an approval",
  merge: "being merged",
};

/** Which changes wait now: whose, how old, for what and since when; small ones are easy to pick up. */
export function WaitingNow({ changes }: { changes: readonly OpenChange[] }) {
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
    <Panel title="Waiting now" note={`${countOf(changes.length, "open change")}, the one that waits longest first.`}>
      <DataTable label="Open changes" columns={["Change", "Owner", "Age", "Waits for", "Since", "Size"]}>
        {changes.slice(0, SHOWN_MAX).map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <SourceTitle title={each.title || each.id} url={each.url} />
            </th>
            <td>{each.author || <Quiet>unknown</Quiet>}</td>
            <td>{formatSpan(nowMs - each.openedAtMs)}</td>
            <td>{WAITS[each.waitsFor]}</td>
            <td>{formatSpan(nowMs - each.waitsSinceMs)}</td>
            <td>{each.linesChanged === null ? <Quiet>unknown</Quiet> : countOf(each.linesChanged, "line")}</td>
          </tr>
        ))}
      </DataTable>
      {changes.length > SHOWN_MAX && (
        <p>
          {changes.length - SHOWN_MAX === 1 ? "1 more waits, for" : `${changes.length - SHOWN_MAX} more wait, each for`}{" "}
          less time.
        </p>
      )}
    </Panel>
  );
}
