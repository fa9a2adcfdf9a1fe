import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Commands } from "./commands.ts";
import { PAGES } from "./pages.ts";
import { areSingleKeysOn } from "./single-keys.ts";

/** `g` waits so long for the letter after it. */
const SEQUENCE_MS = 1_500;

type Input = Pick<Commands, "openPalette" | "openHelp"> & {
  /** `undefined`: it is not open. */
  readonly closePalette: (() => void) | undefined;
};

/**
 * ⌘K or Ctrl-K opens the palette, and closes it. Single keys (`?`, and `g` before a page's letter) work where nobody types,
 * and can be switched off (WCAG 2.1.4).
 */
export function useShellKeys({ openPalette, openHelp, closePalette }: Input): void {
  const navigate = useNavigate();
  const sequenceUntilMs = useRef(0);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      const isPaletteKey =
        (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.code === "KeyK";
      if (isPaletteKey) {
        // Not from inside a dialog: what was typed there would be lost.
        if (!closePalette && isDialogOpen()) return;
        event.preventDefault();
        return (closePalette ?? openPalette)();
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      if (!areSingleKeysOn()) return;
      const isSecond = event.timeStamp < sequenceUntilMs.current;
      sequenceUntilMs.current = event.key === "g" ? event.timeStamp + SEQUENCE_MS : 0;
      const page = isSecond ? PAGES.find(({ key }) => key === event.key) : undefined;
      if (page) {
        event.preventDefault();
        void navigate({ to: page.to });
      } else if (event.key === "?") {
        event.preventDefault();
        openHelp();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [openPalette, openHelp, closePalette, navigate]);
}

function isDialogOpen(): boolean {
  return document.querySelector("[role='dialog']") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role='textbox'], [role='combobox']"))
  );
}
