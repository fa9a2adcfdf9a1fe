import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import type { Rollout } from "../api/types.ts";
import type { ActionName } from "../rollouts/actions.tsx";
import { type Commands, CommandsContext } from "./commands.ts";
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
