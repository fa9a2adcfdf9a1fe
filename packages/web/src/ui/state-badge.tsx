import {
  IconArrowBackUp,
  IconArrowUpRight,
  IconCircleCheckFilled,
  IconClockHour4,
  IconEye,
  IconHandStop,
  IconHourglass,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconSnowflake,
  IconSquareFilled,
  type TablerIcon,
} from "@tabler/icons-react";
import type { RolloutStateName, Verdict } from "../api/types.ts";
import classes from "./state-badge.module.css";

type Look = { readonly label: string; readonly tone: string; readonly Icon: TablerIcon };

const STATES: Readonly<Record<RolloutStateName | "watched", Look>> = {
  queued: { label: "Queued", tone: "idle", Icon: IconClockHour4 },
  running: { label: "Running", tone: "accent", Icon: IconPlayerPlayFilled },
  paused: { label: "Paused", tone: "warn", Icon: IconPlayerPauseFilled },
  completed: { label: "Completed", tone: "good", Icon: IconCircleCheckFilled },
  watched: { label: "Completed, watched", tone: "good", Icon: IconEye },
  "rolled-back": { label: "Rolled back", tone: "bad", Icon: IconArrowBackUp },
  stopped: { label: "Stopped", tone: "idle", Icon: IconSquareFilled },
};

const VERDICTS: Readonly<Record<Verdict, Look>> = {
  advance: { label: "Advance", tone: "good", Icon: IconArrowUpRight },
  wait: { label: "Wait", tone: "accent", Icon: IconHourglass },
  hold: { label: "Hold", tone: "warn", Icon: IconHandStop },
  freeze: { label: "Frozen", tone: "cold", Icon: IconSnowflake },
  "roll-back": { label: "Roll back", tone: "bad", Icon: IconArrowBackUp },
};

/** A state by its colour, its shape and its word, so that none of them is needed to tell it. */
export function StateBadge({ state }: { state: RolloutStateName | "watched" }) {
  return <Badge look={STATES[state]} kind="state" value={state} />;
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  return <Badge look={VERDICTS[verdict]} kind="verdict" value={verdict} />;
}

function Badge({ look, kind, value }: { look: Look; kind: "state" | "verdict"; value: string }) {
  return (
    <span className={classes.badge} data-tone={look.tone} data-testid={`${kind}-badge`} data-value={value}>
      <look.Icon size={13} aria-hidden />
      {look.label}
    </span>
  );
}
