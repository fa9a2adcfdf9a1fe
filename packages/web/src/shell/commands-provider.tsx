import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import type { Rollout } from "../api/types.ts";
import type { ActionName } from "../rollouts/actions.tsx";
import { type Commands, CommandsContext } from "./commands.ts";
import { useEarlyKeys } from "./use-early-keys.ts";
import { useShellKeys } from "./use-shell-keys.ts";

const loadPalette = () => import("./palette/palette.tsx");
const loadHelp = () => import("./keyboard-help.tsx");
const loadActionDialog = () => import("../rollouts/rollout-action-dialog.tsx");
const Palette = lazy(() => loadPalette().then(({ Palette }) => ({ default: Palette })));
const KeyboardHelp = lazy(() => loadHelp().then(({ KeyboardHelp }) => ({ default: KeyboardHelp })));
const RolloutActionDialog = lazy(() =>
  loadActionDialog().then(({ RolloutActionDialog }) => ({ default: RolloutActionDialog })),
);

/** By then the page is drawn; the palette opens at once from then on, also on a slow line. */
const PREPARE_AFTER_MS = 2_000;

type Open =
  | { readonly what: "palette" | "help" }
  | { readonly what: "action"; readonly rollout: Rollout; readonly action: ActionName };

/** What can be reached from everywhere: the palette, the keyboard help, and what is done from them. */
export function CommandsProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open>();
  const [query, setQuery] = useState("");
  const close = () => setOpen(undefined);
  const commands = useMemo<Commands>(
    () => ({
      openPalette: () => {
        setQuery("");
        setOpen({ what: "palette" });
      },
      preparePalette: () => {
        // Not here is no harm yet: what is opened later is fetched then.
        void Promise.all([loadPalette(), loadHelp(), loadActionDialog()]).catch(() => {});
      },
      openHelp: () => setOpen({ what: "help" }),
      actOn: (rollout, action) => setOpen({ what: "action", rollout, action }),
    }),
    [],
  );
  useShellKeys({ ...commands, closePalette: open?.what === "palette" ? close : undefined });
  useEarlyKeys(open?.what === "palette", (typed) => setQuery((before) => before + typed));
  useEffect(() => {
    const timer = window.setTimeout(commands.preparePalette, PREPARE_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [commands]);
  return (
    <CommandsContext value={commands}>
      {children}
      <Suspense>
        {open?.what === "palette" && <Palette query={query} onQuery={setQuery} onClose={close} />}
        {open?.what === "help" && <KeyboardHelp onClose={close} />}
        {open?.what === "action" && <RolloutActionDialog rollout={open.rollout} action={open.action} onClose={close} />}
      </Suspense>
    </CommandsContext>
  );
}
