import { IconHourglass } from "@tabler/icons-react";
import type { DeliveryReport } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import classes from "./bottleneck.module.css";
import { formatSpan, formatSpanWithin, STAGE_WORDS } from "./figures.ts";

const RANKED_MAX = 4;

/** Names the bottleneck: the stage whose cap, replayed on the real deployments, would save most. */
export function Bottleneck({ report }: { report: DeliveryReport }) {
  const ranked = report.whatIf.slice(0, RANKED_MAX);
  const [first] = ranked;
  if (!first) {
    return (
      <section className={classes.panel} aria-label="The bottleneck">
        <p className={classes.quiet}>
          Too few changes were shipped in this time to replay them: the bottleneck is not named.
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
            {formatSpan(first.capMs)}, the median lead time would fall from {formatSpan(first.median.before)} to{" "}
            <strong>{formatSpanWithin(first.median.after, first.median.afterInterval)}</strong>.
          </span>
        ) : (
          <span>No single stage holds delivery back: capping any of them leaves the median where it is.</span>
        )}
      </p>
      {ranked.length > 1 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
        <section className={classes.scroll} aria-label="What each cap would save" tabIndex={0}>
          <table className={classes.table}>
            <caption>What if one stage were capped, replayed on the real deployments</caption>
            <thead>
              <tr>
                <th scope="col">Stage</th>
                <th scope="col">Capped at</th>
                <th scope="col">Median would be</th>
                <th scope="col">p90 would be</th>
                <th scope="col">Touches</th>
              </tr>
            </thead>
            <tbody>
              {ranked.map((each) => (
                <tr key={each.stage}>
                  <th scope="row">{STAGE_WORDS[each.stage].label}</th>
                  <td>{formatSpan(each.capMs)}</td>
                  <td>
                    {formatSpanWithin(each.median.after, each.median.afterInterval)}
                    <Saving before={each.median.before} after={each.median.after} />
                  </td>
                  <td>
                    {formatSpanWithin(each.p90.after, each.p90.afterInterval)}
                    <Saving before={each.p90.before} after={each.p90.after} />
                  </td>
                  <td>
                    {each.touched} of {each.n}
                    {each.absorbed > 0 && (
                      <span className={classes.quiet}> · {each.absorbed} absorbed by batching</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Saving({ before, after }: { before: number; after: number }) {
  const saved = 1 - after / before;
  if (!(saved > 0.005)) return <span className={classes.quiet}> · no change</span>;
  return <span className={classes.saved}> · −{formatPercent(Number(saved.toFixed(2)))}</span>;
}
