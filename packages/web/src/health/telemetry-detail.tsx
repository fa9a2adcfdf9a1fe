import type { TelemetrySummary } from "../api/types.ts";
import { formatCount, formatDuration, formatMilliseconds, formatPercent } from "../ui/format.ts";
import classes from "./detail.module.css";

/** Services and flags that are shown; who has more looks for them on the command line. */
const ROWS_MAX = 30;

/** Why something was not counted, in words; a reason that this page does not know is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  "environment-mismatch": "Sent for another environment than the token's",
  "environment-unknown": "Names an environment that does not exist",
  "flag-unknown": "Names a flag that does not exist",
  "variant-unknown": "Names a variant that the flag does not have",
  "service-mismatch": "Sent by a service that the flag does not belong to",
  "second-too-old": "Came too late to be judged",
  "second-in-future": "Dated in the future: a clock is wrong",
  "before-rollout": "From before the rollout began",
  "counts-inconsistent": "Its counts contradict each other",
  "too-many-flags-in-span": "Too many flags on one span",
  "table-full": "More flags at once than are counted",
};

/** Who sends what, which flags are counted, and what is not counted and why. */
export function TelemetryDetail({ telemetry }: { telemetry: TelemetrySummary }) {
  const { services, items, dropped } = telemetry;
  return (
    <div className={classes.detail} data-testid="telemetry-detail">
      {dropped.length > 0 && (
        <div>
          <h3>Not counted in the last 15 minutes</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">Why</th>
                <th scope="col">For example</th>
                <th scope="col" className={classes.figure}>
                  Count
                </th>
              </tr>
            </thead>
            <tbody>
              {dropped.slice(0, ROWS_MAX).map(({ reason, count, example }) => (
                <tr key={`${reason}/${example}`}>
                  <th scope="row">{REASONS[reason] ?? reason}</th>
                  <td>{example}</td>
                  <td className={classes.figure}>{formatCount(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {items.length > 0 && (
        <div>
          <h3>Counted</h3>
          <table>
            <thead>
              <tr>
                <th scope="col">Flag</th>
                <th scope="col">Variant</th>
                <th scope="col" className={classes.figure}>
                  Requests/s
                </th>
                <th scope="col" className={classes.figure}>
                  Failed
                </th>
                <th scope="col" className={classes.figure}>
                  p95
                </th>
                <th scope="col" className={classes.figure}>
                  Last
                </th>
              </tr>
            </thead>
            <tbody>
              {items.slice(0, ROWS_MAX).map((item) => (
                <tr key={`${item.flag}/${item.variant}/${item.source}`}>
                  <th scope="row">{item.flag}</th>
                  <td>
                    {item.variant}
                    {item.source === "observations" && ", observed"}
                  </td>
                  <td className={classes.figure}>{item.requestsPerSecond.toFixed(1)}</td>
                  <td className={classes.figure}>
                    {item.failureRate === null ? "–" : formatPercent(item.failureRate)}
                  </td>
                  <td className={classes.figure}>{item.latencyMs ? formatMilliseconds(item.latencyMs.p95) : "–"}</td>
                  <td className={classes.figure}>{formatDuration(item.lastSecondsAgo)} ago</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Services services={services} />
    </div>
  );
}

function Services({ services }: Pick<TelemetrySummary, "services">) {
  if (services.length === 0) {
    return (
      <p>
        No service has sent spans in the last 15 minutes. Point the OpenTelemetry exporter of one at{" "}
        <code>{window.location.origin}/v1/traces</code>, with a client token.
      </p>
    );
  }
  return (
    <div>
      <h3>Services</h3>
      <table>
        <tbody>
          {services.slice(0, ROWS_MAX).map(({ service, lastSecondsAgo, lastFlagSecondsAgo }) => (
            <tr key={service}>
              <th scope="row">{service || "without a name"}</th>
              <td>
                {lastFlagSecondsAgo === null
                  ? "its spans name no flag, so none is counted"
                  : `named a flag ${formatDuration(lastFlagSecondsAgo)} ago`}
              </td>
              <td className={classes.figure}>heard {formatDuration(lastSecondsAgo)} ago</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
