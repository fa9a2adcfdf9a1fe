import { Link } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { DataTable, Quiet } from "./data-table.tsx";
import { Panel } from "./panel.tsx";
import { sourceName } from "./source-name.ts";

/** Who told what the page is made of, when they were last heard, and of which repository nobody tells. */
export function ToldBy({ report: { sources, environment } }: { report: DeliveryReport }) {
  return (
    <Panel
      title="Sources"
      note={
        <>
          What stopped sending is no calm: figures after its last word may be too low. Add repositories and connect
          forges in <Link to="/settings/sources">Services and sources</Link>.
        </>
      }
    >
      {sources.length > 0 && (
        <DataTable label="Who told these figures" columns={["Of", "Told by", "Tells", "Last heard", "State"]}>
          {sources.map((each) => (
            <tr key={`${each.name} ${each.repository}`}>
              <th scope="row">{each.repository ?? "the service"}</th>
              <td>{each.name === null ? <Quiet>nobody</Quiet> : sourceName(each.name)}</td>
              <td>
                {each.tells.map((kind) => kind.replaceAll("-", " ")).join(", ") || <Quiet>nothing</Quiet>}{" "}
                {each.tellings > 0 && <Quiet>{countOf(each.tellings, "message")}</Quiet>}
              </td>
              <td>
                {each.lastHeardAtMs === null ? (
                  <Quiet>never</Quiet>
                ) : (
                  <RelativeTime at={new Date(each.lastHeardAtMs).toISOString()} />
                )}
              </td>
              <td>{stateText(each, environment)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function stateText({ lastHeardAtMs, isSilent }: DeliveryReport["sources"][number], environment: string): string {
  if (lastHeardAtMs === null) return `Nothing came yet for ${environment}`;
  return isSilent ? "Stopped sending" : "Heard";
}
