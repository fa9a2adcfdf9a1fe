import { Link } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { countOf } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { DataTable, Quiet } from "./data-table.tsx";
import { Panel } from "./panel.tsx";

/** Names that sources go by in the facts. */
const SOURCE_NAMES: ReadonlyMap<string, string> = new Map([
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["cdevents", "CDEvents"],
  ["otlp", "OpenTelemetry of CI"],
  ["devlake", "DevLake's webhook"],
  ["api", "This server's API"],
  ["steadfast", "This server's rollouts"],
]);

/** Who told what the page is made of, when they were last heard, and of which repository nobody tells. */
export function ToldBy({ report: { sources } }: { report: DeliveryReport }) {
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
              <td>{each.name === null ? <Quiet>nobody</Quiet> : (SOURCE_NAMES.get(each.name) ?? each.name)}</td>
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
              <td>{stateText(each)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function stateText({ lastHeardAtMs, isSilent }: DeliveryReport["sources"][number]): string {
  if (lastHeardAtMs === null) return "Nothing came yet";
  return isSilent ? "Stopped sending" : "Heard";
}
