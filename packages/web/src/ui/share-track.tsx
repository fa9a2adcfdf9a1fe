import { IconCheck } from "@tabler/icons-react";
import type { Stage } from "../api/types.ts";
import { formatDuration, formatPercent, formatPoints } from "./format.ts";
import classes from "./share-track.module.css";

type Props = {
  readonly stages: readonly Stage[];
  /** 1 for the first stage, 0 before the start. */
  readonly stage: number;
  /** How far the present stage is on its way, 0..1. */
  readonly progress: number;
  /** Where it stands for good: all passed, or taken back at this stage. */
  readonly ending?: "completed" | "rolled-back" | "stopped" | undefined;
};

/** The stages from left to right: what was passed, where it stands, what each promises to catch and how long it lasts at least. */
export function ShareTrack({ stages, stage, progress, ending }: Props) {
  return (
    <ol className={classes.track} aria-label="Stages">
      {stages.map((each, index) => {
        const position = positionOf(index + 1, stage, ending);
        const name = each.audience === null || each.audience === undefined ? formatPercent(each.share) : "Audience";
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the plan, which never changes
            key={index}
            className={classes.step}
            data-position={position}
            aria-current={position === "current" ? "step" : undefined}
          >
            <span className={classes.bar} aria-hidden>
              <span className={classes.fill} style={{ transform: `scaleX(${fillOf(position, progress)})` }} />
            </span>
            <span className={classes.share}>
              {position === "passed" && <IconCheck size={13} stroke={3} aria-hidden className={classes.check} />}
              {name}
              <span className={classes.spoken}>{SPOKEN[position]}</span>
            </span>
            <span className={classes.promise}>
              {each.catches ? `catches +${formatPoints(each.catches.failureRate)}` : "gross breaks only"}
            </span>
            {each.minSeconds > 0 && <span className={classes.promise}>at least {formatDuration(each.minSeconds)}</span>}
          </li>
        );
      })}
    </ol>
  );
}

type Position = "passed" | "current" | "ahead" | "taken-back";

const SPOKEN: Readonly<Record<Position, string>> = {
  passed: ", passed",
  current: ", now",
  ahead: ", ahead",
  "taken-back": ", ended here",
};

function positionOf(step: number, stage: number, ending: Props["ending"]): Position {
  if (ending === "completed" || step < stage) return "passed";
  if (step > stage) return "ahead";
  return ending ? "taken-back" : "current";
}

function fillOf(position: Position, progress: number): number {
  if (position === "passed" || position === "taken-back") return 1;
  return position === "current" ? Math.max(0.06, Math.min(1, progress)) : 0;
}
