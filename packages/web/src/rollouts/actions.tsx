import type { ReactNode } from "react";
import type { Rollout } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { isWatched, movementOf } from "./rollout-phase.ts";

export type ActionName = "pause" | "resume" | "advance" | "roll-back" | "withdraw";

type Action = {
  readonly label: string;
  readonly command: "pause" | "resume" | "advance" | "roll-back";
  readonly isDangerous: boolean;
  readonly suggestions: readonly string[];
  /** What will happen, before it happens. */
  readonly consequence: (rollout: Rollout) => ReactNode;
};

export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  pause: {
    label: "Pause",
    command: "pause",
    isDangerous: false,
    suggestions: ["Looking into something", "Waiting for a colleague", "Another change is being looked at"],
    consequence: (rollout) => (
      <>
        The share stays at <strong>{formatPercent(rollout.share)}</strong>. It goes on being judged, and is still taken
        back when it hurts.
      </>
    ),
  },
  resume: {
    label: "Resume",
    command: "resume",
    isDangerous: false,
    suggestions: ["Looked into it: all is well", "The other change is out"],
    consequence: (rollout) => (
      <>
        It goes on from <strong>{formatPercent(rollout.share)}</strong>; the floor of the stage starts anew.
      </>
    ),
  },
  advance: {
    label: "Advance",
    command: "advance",
    isDangerous: false,
    suggestions: ["Checked by hand", "Too little traffic at this hour"],
    consequence: (rollout) => <AdvanceConsequence rollout={rollout} />,
  },
  "roll-back": {
    label: "Roll back",
    command: "roll-back",
    isDangerous: true,
    suggestions: ["Errors are up", "Users report a problem", "As a precaution"],
    consequence: (rollout) => (
      <>
        Everybody gets <strong>{movementOf(rollout).from}</strong> again, within seconds. The rollout ends;{" "}
        <strong>{rollout.candidate}</strong> can be rolled out anew later.
      </>
    ),
  },
  withdraw: {
    label: "Withdraw",
    command: "roll-back",
    isDangerous: false,
    suggestions: ["No longer wanted", "Started by mistake"],
    consequence: () => <>It leaves the queue before anybody has seen it. Nothing changes for users.</>,
  },
};

/** The actions that the rollout's state allows, the gravest last. */
export function actionsFor(rollout: Rollout, nowMs: number): readonly ActionName[] {
  switch (rollout.state) {
    case "running":
      return ["pause", "advance", "roll-back"];
    case "paused":
      return ["resume", "roll-back"];
    case "queued":
      return ["withdraw"];
    default:
      return isWatched(rollout, nowMs) ? ["roll-back"] : [];
  }
}

function AdvanceConsequence({ rollout }: { rollout: Rollout }) {
  const next = rollout.stages[rollout.stage];
  const share = formatPercent(next?.share ?? 1);
  const isEvidenceThere = rollout.decision?.verdict === "advance";
  return (
    <>
      The share grows from <strong>{formatPercent(rollout.share)}</strong> to <strong>{share}</strong>.{" "}
      {isEvidenceThere
        ? "The evidence for it is there."
        : "The evidence for it is not there yet: what this stage promises to catch may go unseen. Your reason says why it goes on all the same."}
    </>
  );
}
