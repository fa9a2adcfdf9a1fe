import { IconArrowBackUp, IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useOperateRefusal } from "../access/session.ts";
import type { Rollout } from "../api/types.ts";
import { useCommands } from "../shell/commands.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { useNowMs } from "../ui/use-now.ts";
import { ACTIONS, type ActionName, actionsFor } from "./actions.tsx";
import classes from "./rollout-actions.module.css";

const ICONS: Readonly<Record<ActionName, ReactNode>> = {
  pause: <IconPlayerPause size={15} aria-hidden />,
  resume: <IconPlayerPlay size={15} aria-hidden />,
  advance: <IconPlayerTrackNext size={15} aria-hidden />,
  "roll-back": <IconArrowBackUp size={15} aria-hidden />,
  withdraw: <IconArrowBackUp size={15} aria-hidden />,
};

/** What a person may do with a rollout now; each asks once, for a reason. */
export function RolloutActions({ rollout }: { rollout: Rollout }) {
  const { actOn } = useCommands();
  const refusal = useOperateRefusal();
  const available = actionsFor(rollout, useNowMs());

  return (
    <div className={classes.actions}>
      {available.map((name) => (
        <GatedButton
          key={name}
          refusal={refusal}
          size="sm"
          variant="default"
          className={ACTIONS[name].isDangerous ? classes.danger : undefined}
          leftSection={ICONS[name]}
          aria-label={`${ACTIONS[name].label} ${rollout.flag}`}
          aria-keyshortcuts={name === "roll-back" ? "Alt+R" : undefined}
          data-action={name}
          onClick={() => actOn(rollout, name)}
        >
          {ACTIONS[name].label}
        </GatedButton>
      ))}
    </div>
  );
}
