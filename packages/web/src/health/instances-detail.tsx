import type { InstanceList } from "../api/types.ts";
import { formatCount, formatMilliseconds } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./detail.module.css";

/** Who evaluates here, and how far each has come: those furthest behind first. */
export function InstancesDetail({ instances }: { instances: InstanceList }) {
  const { items, currentVersion, summary } = instances;
  if (items.length === 0) {
    return (
      <div className={classes.detail}>
        <p>
          No SDK has told what it applied in the last ten minutes. Providers that ask over OFREP do not say; ours does.
        </p>
      </div>
    );
  }
  return (
    <div className={classes.detail} data-testid="instances-detail">
      <table>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Has</th>
            <th scope="col" className={classes.figure}>
              Last change applied in
            </th>
            <th scope="col" className={classes.figure}>
              Heard
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, name, appliedVersion, appliedLagMs, seenAt }) => (
            <tr key={id}>
              <th scope="row" title={id}>
                {name || "without a name"}
              </th>
              <td>
                {appliedVersion >= currentVersion
                  ? "the current version"
                  : `version ${appliedVersion}, not ${currentVersion}`}
              </td>
              <td className={classes.figure}>{appliedLagMs === null ? "–" : formatMilliseconds(appliedLagMs)}</td>
              <td className={classes.figure}>
                <RelativeTime at={seenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {summary.total > items.length && <p>{formatCount(summary.total - items.length)} more.</p>}
    </div>
  );
}
