import { IconArrowBackUp, IconCheck, IconPointFilled } from "@tabler/icons-react";
import type { Rollout } from "../api/types.ts";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatExactTime,
  formatPercent,
  formatPoints,
} from "../ui/format.ts";
import { useNowMs } from "../ui/use-now.ts";
import { endingOf } from "./rollout-phase.ts";
import type { StageRow } from "./stage-rows.ts";
import classes from "./stage-table.module.css";

/** The stages as a story: when each was entered, how long it lasted, what it saw, and what it would have caught. */
export function StageTable({ rollout, rows }: { rollout: Rollout; rows: readonly StageRow[] }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table} data-testid="stages">
        <caption className={classes.spoken}>Stages of {rollout.flag}: exposure against need</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" className={classes.wide}>
              Entered
            </th>
            <th scope="col">Lasted</th>
            <th scope="col">Requests seen of needed</th>
            <th scope="col">Would have caught</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.number} rollout={rollout} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ rollout, row }: { rollout: Rollout; row: StageRow }) {
  const nowMs = useNowMs();
  const { stage, number, enteredMs, leftMs } = row;
  const position = positionOf(rollout, row);
  const name = stage.audience === null || stage.audience === undefined ? formatPercent(stage.share) : "Audience";
  return (
    <tr data-position={position} aria-current={position === "now" ? "step" : undefined}>
      <th scope="row">
        <span className={classes.name}>
          {ICONS[position]}
          {name}
        </span>
        <span className={classes.note}>
          {number} of {rollout.stages.length}
          {WORDS[position]}
        </span>
        {enteredMs !== null && <span className={`${classes.note} ${classes.narrow}`}>{formatClock(enteredMs)}</span>}
      </th>
      <td className={classes.wide}>
        {enteredMs === null ? (
          <span className={classes.note}>not reached</span>
        ) : (
          <time dateTime={new Date(enteredMs).toISOString()} title={formatExactTime(enteredMs)}>
            {formatClock(enteredMs)}
          </time>
        )}
      </td>
      <td>
        {enteredMs !== null && lastedText(((leftMs ?? nowMs) - enteredMs) / 1_000)}
        {stage.minSeconds > 0 && <span className={classes.note}>at least {formatDuration(stage.minSeconds)}</span>}
      </td>
      <td>
        <Exposure row={row} />
      </td>
      <td>
        {row.caught === null ? <span className={classes.note}>–</span> : `+${formatPoints(row.caught)}`}
        <span className={classes.note}>
          {stage.catches ? `promises +${formatPoints(stage.catches.failureRate)}` : "gross breaks only"}
        </span>
      </td>
    </tr>
  );
}

function Exposure({ row: { exposure, needed, enteredMs } }: { row: StageRow }) {
  if (enteredMs === null || exposure === null) return <span className={classes.note}>–</span>;
  if (needed === null) return <>{formatCount(exposure)}</>;
  return (
    <span className={classes.exposure}>
      {formatCount(exposure)} of {formatCount(needed)}
      <span className={classes.bar} aria-hidden>
        <span style={{ transform: `scaleX(${Math.min(1, exposure / needed)})` }} />
      </span>
    </span>
  );
}

/** The last stage of a plan without a floor is over as it begins. */
function lastedText(seconds: number): string {
  return seconds < 0.5 ? "–" : formatDuration(seconds);
}

type Position = "passed" | "now" | "ended" | "ahead";

const ICONS = {
  passed: <IconCheck size={14} stroke={3} aria-hidden />,
  now: <IconPointFilled size={14} aria-hidden />,
  ended: <IconArrowBackUp size={14} aria-hidden />,
  ahead: null,
} as const;

const WORDS = { passed: ", passed", now: ", now", ended: ", ended here", ahead: "" } as const;

function positionOf(rollout: Rollout, { number, enteredMs }: StageRow): Position {
  const ending = endingOf(rollout);
  if (ending === "completed" || number < rollout.stage) return enteredMs === null ? "ahead" : "passed";
  if (number > rollout.stage) return "ahead";
  return ending ? "ended" : "now";
}
