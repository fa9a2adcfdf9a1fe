import { Button, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useOperateRefusal } from "../access/session.ts";
import { answerOf, api } from "../api/client.ts";
import { activeRolloutsQuery, rolloutQuery } from "../api/queries.ts";
import type { Rollout } from "../api/types.ts";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
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
  const [open, setOpen] = useState<ActionName>();
  const queryClient = useQueryClient();
  const refusal = useOperateRefusal();
  const available = actionsFor(rollout, useNowMs());
  const action = open && ACTIONS[open];

  const act = async (name: ActionName, reason: string) => {
    const path = `/api/v1/rollouts/{id}/${ACTIONS[name].command}` as const;
    // The stage that the person saw: two who advance at once must not skip one.
    const body = name === "advance" ? { reason, stage: rollout.stage } : { reason };
    const changed = await answerOf(api.POST(path, { params: { path: { id: rollout.id } }, body }));
    queryClient.setQueryData(rolloutQuery(changed.id).queryKey, changed);
    queryClient.setQueryData(activeRolloutsQuery(changed.environment).queryKey, (items) =>
      items?.map((item) => (item.id === changed.id ? changed : item)),
    );
  };

  return (
    <div className={classes.actions}>
      {available.map((name) => (
        <Tooltip
          key={name}
          label={refusal}
          disabled={refusal === null}
          multiline
          w={260}
          withinPortal={false}
          events={{ hover: true, focus: true, touch: true }}
        >
          <Button
            size="sm"
            variant="default"
            className={ACTIONS[name].isDangerous ? classes.danger : undefined}
            leftSection={ICONS[name]}
            aria-label={`${ACTIONS[name].label} ${rollout.flag}`}
            aria-keyshortcuts={name === "roll-back" ? "Alt+R" : undefined}
            aria-disabled={refusal !== null}
            data-disabled={refusal !== null}
            data-action={name}
            onClick={() => refusal === null && setOpen(name)}
          >
            {ACTIONS[name].label}
          </Button>
        </Tooltip>
      ))}
      {open && action && (
        <ReasonDialog
          title={`${action.label} ${rollout.flag}?`}
          confirmLabel={action.label}
          isDangerous={action.isDangerous}
          suggestions={action.suggestions}
          onConfirm={(reason) => act(open, reason)}
          onClose={() => setOpen(undefined)}
        >
          {action.consequence(rollout)}
        </ReasonDialog>
      )}
    </div>
  );
}
