import { IconHourglass } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { DeliveryReport } from "../api/types.ts";
import { countOf, formatCount, formatPercent } from "../ui/format.ts";
import classes from "./bottleneck.module.css";
import { DataTable } from "./data-table.tsx";
import { formatSpan, formatSpanBeside, formatSpanWithin, STAGE_WORDS } from "./figures.ts";
import { OpenLink } from "./open-link.tsx";
import { Span } from "./span.tsx";
import { type Missing, missingChanges } from "./what-is-missing.ts";

/** Changes that a replay needs to say anything, as on the command line. */
const REPLAY_N_MIN = 20;

/** Names the bottleneck: the stage whose cap, replayed on the real deployments, would save most. */
export function Bottleneck({ report }: { report: DeliveryReport }) {
  const ranked = report.whatIf;
  const [first] = ranked;
  if (!first) {
    return (
      <section className={classes.panel} aria-label="The bottleneck">
        <p className={classes.quiet}>
          {report.changes.length === 0 ? (
            <NotKnown missing={missingChanges(report)} />
          ) : (report.stages?.n ?? 0) >= REPLAY_N_MIN ? (
            "No single stage holds delivery back: none takes longer than an hour."
          ) : (
            <>
              Too few: {countOf(report.stages?.n ?? 0, "change")} of this time can be replayed, and {REPLAY_N_MIN} are
              needed to name the bottleneck.
            </>
          )}
        </p>
      </section>
    );
  }
  const helps = first.median.after < first.median.before;
  return (
    <section className={classes.panel} aria-label="The bottleneck">
      <p className={classes.lead}>
        <IconHourglass size={20} aria-hidden />
        {helps ? (
          <span>
            <strong>{STAGE_WORDS[first.stage].label}</strong> holds delivery back most: capped at{" "}
            {formatSpan(first.capMs)}, the median lead time would fall from{" "}
            {formatSpanBeside(first.median.before, first.median.after)} to{" "}
            <strong>{formatSpanWithin(first.median.after, first.median.afterInterval)}</strong>.
          </span>
        ) : (
          <span>No single stage holds delivery back: capping any of them leaves the median where it is.</span>
        )}
      </p>
      {ranked.length > 1 && (
        <DataTable
          label="What each cap would save"
          caption="What if one stage were capped at half of its median (at least an hour), replayed on the real deployments: the largest saving first. In brackets, what the data does not rule out (95 %)"
          columns={["Stage", "Capped at", "Median would be", "p90 would be", "Touches"]}
        >
          {ranked.map((each) => (
            <tr key={each.stage}>
              <th scope="row">
                <OpenLink open={`stage:${each.stage}`} label={`${STAGE_WORDS[each.stage].label}. Show the changes`}>
                  {STAGE_WORDS[each.stage].label}
                </OpenLink>
              </th>
              <td>
                <Span ms={each.capMs} />
              </td>
              <td>
                {formatSpanWithin(each.median.after, each.median.afterInterval)}
                <Saving before={each.median.before} after={each.median.after} />
              </td>
              <td>
                {formatSpanWithin(each.p90.after, each.p90.afterInterval)}
                <Saving before={each.p90.before} after={each.p90.after} />
              </td>
              <td>
                <OpenLink
                  open={`capped:${each.stage}`}
                  label={`${formatCount(each.touched)} of ${formatCount(each.n)} had ${STAGE_WORDS[each.stage].label.toLowerCase()} longer than ${formatSpan(each.capMs)}. Show them`}
                >
                  {formatCount(each.touched)} of {formatCount(each.n)}
                </OpenLink>
                {each.absorbed > 0 && (
                  <span className={classes.quiet}> · {formatCount(each.absorbed)} absorbed by batching</span>
                )}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}

function NotKnown({ missing: { what, remedy, isUnconnected } }: { missing: Missing }) {
  return (
    <>
      What holds delivery back is not known: {what}{" "}
      {isUnconnected ? (
        <>
          <Link to="/settings/sources">Connect GitHub or GitLab</Link>, {remedy}
        </>
      ) : (
        remedy
      )}
    </>
  );
}

function Saving({ before, after }: { before: number; after: number }) {
  const saved = 1 - after / before;
  if (!(saved > 0.005)) return <span className={classes.quiet}> · no change</span>;
  return <span className={classes.saved}> · −{formatPercent(Number(saved.toFixed(2)))}</span>;
}
