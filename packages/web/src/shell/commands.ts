import { createContext, useContext } from "react";
import type { Rollout } from "../api/types.ts";
import type { ActionName } from "../rollouts/actions.tsx";

export type Commands = {
  readonly openPalette: () => void;
  /** Fetches the palette's part of the page, before it is wanted. */
  readonly preparePalette: () => void;
  readonly openHelp: () => void;
  /** Asks for the reason, and acts on a rollout, wherever one is. */
  readonly actOn: (rollout: Rollout, action: ActionName) => void;
};

export const CommandsContext = createContext<Commands | null>(null);

/** What can be done from anywhere inside the shell. */
export function useCommands(): Commands {
  const commands = useContext(CommandsContext);
  if (commands === null) throw new Error("useCommands is for what stands inside the shell");
  return commands;
}
