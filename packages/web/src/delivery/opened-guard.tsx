import { Link } from "@tanstack/react-router";
import type { GuardDecision } from "../api/types.ts";
import { formatExactTime } from "../ui/format.ts";
import { DataTable, Quiet } from "./data-table.tsx";

/** What the guard did by itself, newest first, each with the rollout that it was about. */
export function GuardTable({ decisions }: { decisions: readonly GuardDecision[] }) {
  if (decisions.length === 0) {
    return <p>The guard decided nothing in this time: no flag of this service was rolled out, or people did it all.</p>;
  }
  return (
    <DataTable
      label="Decisions of the guard"
      caption={`${decisions.length}, the newest first`}
      columns={["Rollout", "When", "What it did"]}
    >
      {decisions.toReversed().map((each) => (
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
      ))}
    </DataTable>
  );
}
