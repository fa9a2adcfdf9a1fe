import type { DecisionRecord, Rollout } from "../../api/types.ts";
import { formatCount, formatDuration, formatOdds, formatPercent, formatPoints } from "../../ui/format.ts";
import { SignalTable } from "../signal-table.tsx";
import classes from "./decision-counts.module.css";

/** What a decision rests on: both arms of each signal at that moment, and how far the stage was. */
export function DecisionCounts({ rollout, decision }: { rollout: Rollout; decision: DecisionRecord }) {
  const { gate, signals } = decision;
  const caught = signals.find((signal) => signal.smallestRegressionCaught !== null)?.smallestRegressionCaught;
  const facts: readonly (readonly [string, string])[] = [
    ["Judged second", formatCount(decision.tick)],
    ["Stage", `${decision.stage} of ${rollout.stages.length}, ${formatPercent(decision.share)}`],
    ["Evidence", `${formatOdds(decision.logEvidence)} of ${formatCount(1 / rollout.guard.alpha)} : 1`],
    ["Requests in the stage", exposureText(gate)],
    ["Floor", gate.floorSecondsLeft > 0 ? `${formatDuration(gate.floorSecondsLeft)} left` : "passed"],
    ["Would have caught", typeof caught === "number" ? `+${formatPoints(caught)}` : "nothing yet"],
  ];
  return (
    <div className={classes.counts} data-testid="decision-counts">
      <SignalTable flag={rollout.flag} movement={rollout} signals={signals} />
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function exposureText({ exposure, neededExposure, signal }: DecisionRecord["gate"]): string {
  if (neededExposure === null) return formatCount(exposure);
  return `${formatCount(exposure)} of ${formatCount(neededExposure)}${signal ? ` for ${signal}` : ""}`;
}
