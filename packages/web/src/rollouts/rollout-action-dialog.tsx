import { useQueryClient } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";
import { activeRolloutsQuery, rolloutQuery } from "../api/queries.ts";
import type { Rollout } from "../api/types.ts";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
import { ACTIONS, type ActionName } from "./actions.tsx";

type Props = { readonly rollout: Rollout; readonly action: ActionName; readonly onClose: () => void };

/** Asks once, for a reason, and acts. */
export function RolloutActionDialog({ rollout, action: name, onClose }: Props) {
  const queryClient = useQueryClient();
  const action = ACTIONS[name];

  const act = async (reason: string) => {
    const path = `/api/v1/rollouts/{id}/${action.command}` as const;
    // The stage that the person saw: two who advance at once must not skip one.
    const body = name === "advance" ? { reason, stage: rollout.stage } : { reason };
    const changed = await answerOf(api.POST(path, { params: { path: { id: rollout.id } }, body }));
    queryClient.setQueryData(rolloutQuery(changed.id).queryKey, changed);
    queryClient.setQueryData(activeRolloutsQuery(changed.environment).queryKey, (items) =>
      items?.map((item) => (item.id === changed.id ? changed : item)),
    );
  };

  return (
    <ReasonDialog
      title={`${action.label} ${rollout.flag}?`}
      confirmLabel={action.label}
      isDangerous={action.isDangerous}
      suggestions={action.suggestions}
      onConfirm={act}
      onClose={onClose}
    >
      {action.consequence(rollout)}
    </ReasonDialog>
  );
}
