import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from "react";
import type { Rollout } from "../api/types.ts";
import type { ActionName } from "../rollouts/actions.tsx";
import { useShellKeys } from "./use-shell-keys.ts";

const loadPalette = () => import("./palette/palette.tsx");
const Palette = lazy(() => loadPalette().then(({ Palette }) => ({ default: Palette })));
const KeyboardHelp = lazy(() => import("./keyboard-help.tsx").then(({ KeyboardHelp }) => ({ default: KeyboardHelp })));
const RolloutActionDialog = lazy(() =>
  import("../rollouts/rollout-action-dialog.tsx").then(({ RolloutActionDialog }) => ({ default: RolloutActionDialog })),
);

type Open =
  | { readonly what: "palette" | "help" }
  | { readonly what: "action"; readonly rollout: Rollout; readonly action: ActionName };

export type Commands = {
  readonly openPalette: () => void;
  /** Fetches the palette's part of the page, before it is wanted. */
  readonly preparePalette: () => void;
  readonly openHelp: () => void;
  /** Asks for the reason, and acts on a rollout, wherever one is. */
  readonly actOn: (rollout: Rollout, action: ActionName) => void;
};

const CommandsContext = createContext<Commands | null>(null);

/** What can be reached from everywhere: the palette, the keyboard help, and what is done from them. */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const commands = useMemo<Commands>(
    () => ({
      openPalette: () => setOpen({ what: "palette" }),
      preparePalette: () => void loadPalette(),
      openHelp: () => setOpen({ what: "help" }),
      actOn: (rollout, action) => setOpen({ what: "action", rollout, action }),
    }),
    [],
  );
  useShellKeys({ ...commands, closePalette: open?.what === "palette" ? close : undefined });
  return (
    <CommandsContext value={commands}>
      {children}
      <Suspense>
        {open?.what === "palette" && <Palette onClose={close} />}
        {open?.what === "help" && <KeyboardHelp onClose={close} />}
        {open?.what === "action" && <RolloutActionDialog rollout={open.rollout} action={open.action} onClose={close} />}
      </Suspense>
    </CommandsContext>
  );
}

export function useCommands(): Commands {
  const commands = useContext(CommandsContext);
  if (commands === null) throw new Error("useCommands is for what stands inside the shell");
  return commands;
}
