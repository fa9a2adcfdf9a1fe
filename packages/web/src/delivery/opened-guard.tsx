import { Link } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { formatExactTime } from "../ui/format.ts";
import { Quiet } from "./data-table.tsx";
import { listedText } from "./held.ts";
import { LongTable } from "./long-table.tsx";

/** What the guard did by itself, newest first, each with the rollout that it was about. */
export function GuardTable({ report: { guardDecisions: decisions, totals } }: { report: DeliveryReport }) {
  if (decisions.length === 0) {
    return <p>The guard decided nothing in this time: no flag of this service was rolled out, or people did it all.</p>;
  }
  const total = totals.guardDecisions;
  const held = { count: decisions.length, total, noun: "decision" };
  return (
    <LongTable
      label="Decisions of the guard"
      caption={listedText({ count: decisions.length, total, order: "the newest first", held })}
      columns={["Rollout", "When", "What it did"]}
      rows={decisions.toReversed()}
    >
      {(each) => (
        <tr key={`${each.rolloutId} ${each.atMs} ${each.did}`}>
          <th scope="row">
            <Link to="/rollouts/$rolloutId" params={{ rolloutId: each.rolloutId }}>
              {each.flag}
            </Link>
            <div>
              <Quiet>{each.sentence}</Quiet>
            </div>
          </th>
          <td>{formatExactTime(each.atMs)}</td>
          <td>{each.did}</td>
        </tr>
      )}
    </LongTable>
  );
}
