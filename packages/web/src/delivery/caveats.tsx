import type { DeliveryReport } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./caveats.module.css";

/** What the figures rest on: sources that fell silent, what nobody told, what was assumed, and how others fare. */
export function Caveats({ report }: { report: DeliveryReport }) {
  const { silentSources, unknowns, assumptions, flow } = report;
  return (
    <section className={classes.caveats} aria-label="What the figures rest on">
      {silentSources.length > 0 && (
        <div className={classes.warning}>
          <h2>Sources that fell silent</h2>
          <ul>
            {silentSources.map((each) => (
              <li key={each.name}>
                {each.name} was last heard <RelativeTime at={new Date(each.lastHeardAtMs).toISOString()} />: a fall
                since then may be its silence.
              </li>
            ))}
          </ul>
        </div>
      )}
      <details>
        <summary>What could not be known, and which source would tell</summary>
        {unknowns.length === 0 ? (
          <p>Every source that these figures need has told.</p>
        ) : (
          <ul>
            {unknowns.map((each) => (
              <li key={each.what}>
                {each.what} <span className={classes.quiet}>{each.source}</span>
              </li>
            ))}
          </ul>
        )}
      </details>
      <details>
        <summary>What was assumed, and how it is checked</summary>
        <ul>
          {assumptions.map((each) => (
            <li key={each}>{each}</li>
          ))}
          {flow && !flow.isConsistent && (
            <li>
              Little's law does not hold: work in progress and throughput do not go with the lead times seen. Some data
              are missing.
            </li>
          )}
        </ul>
      </details>
      <details>
        <summary>How others fare, for context only</summary>
        <p>
          Each year DORA asks people in all industries how their teams deliver. The average answers of 2025: a change
          takes between a day and a week from commit to users; about 1 in 5 fails (19 %); a little more than 1
          deployment in 5 was not planned and mends something (22 %).
        </p>
        <p>
          These are answers to a questionnaire, not measurements, and your service is another than theirs. Nothing on
          this page is graded by them: compare the service with its own past.
        </p>
        <p>
          Source: DORA, Google Cloud, 2025, licence CC BY 4.0, <a href="https://dora.dev">dora.dev</a>.
        </p>
      </details>
    </section>
  );
}
