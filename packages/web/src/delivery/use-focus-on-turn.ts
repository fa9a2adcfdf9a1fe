import { type RefObject, useEffect, useRef } from "react";
import type { HrefOf } from "./open-link.tsx";

/**
 * Keeps the focus in a dialog when what it shows is replaced, and with it the link that had the focus. It goes to the link that leads to what was shown before, where
 * there is one (somebody went back), else to the dialog, which is then read from its title on.
 *
 * @returns for an element within the dialog, around what it shows
 */
export function useFocusOnTurn(open: string, hrefOf: HrefOf): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef(open);
  useEffect(() => {
    const before = shown.current;
    shown.current = open;
    const dialog = place.current?.closest<HTMLElement>("[role=dialog]");
    if (before === open || !dialog) return;
    const link = place.current?.querySelector<HTMLElement>(`a[href="${CSS.escape(hrefOf(before))}"]`);
    if (link) return link.focus();
    dialog.scrollTop = 0;
    dialog.focus();
  }, [open, hrefOf]);
  return place;
}
