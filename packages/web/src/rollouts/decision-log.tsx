import { Button } from "@mantine/core";
import { useState } from "react";
import type { DecisionRecord } from "../api/types.ts";
import { formatClock, formatExactTime, formatOdds, formatPercent } from "../ui/format.ts";
import { VerdictBadge } from "../ui/state-badge.tsx";
import classes from "./decision-log.module.css";

const SHOWN_AT_FIRST = 30;

/** What the guard decided, newest first, with the evidence it had at that moment. */
export function DecisionLog({ decisions }: { decisions: readonly DecisionRecord[] }) {
  const [isWhole, setWhole] = useState(false);
  const newestFirst = [...decisions].reverse();
  const shown = isWhole ? newestFirst : newestFirst.slice(0, SHOWN_AT_FIRST);
  if (decisions.length === 0) return <p className={classes.none}>Nothing was decided yet.</p>;
  return (
    <>
      <ol className={classes.log} data-testid="decision-log">
        {shown.map((decision) => (
          <li key={decision.seq} data-testid="decision" data-verdict={decision.verdict}>
            <time dateTime={decision.at} title={formatExactTime(Date.parse(decision.at))}>
              {formatClock(Date.parse(decision.at))}
            </time>
            <VerdictBadge verdict={decision.verdict} />
            <p>
              {decision.sentence}
              {!decision.acted && decision.verdict !== "wait" && (
                <span className={classes.quiet}> Recorded only: nothing was done.</span>
              )}
            </p>
            <span className={classes.figures}>
              {formatOdds(decision.logEvidence)} · at {formatPercent(decision.share)}
            </span>
          </li>
        ))}
      </ol>
      {newestFirst.length > shown.length && (
        <Button variant="default" size="xs" onClick={() => setWhole(true)} className={classes.more}>
          Show all {newestFirst.length}
        </Button>
      )}
    </>
  );
}
