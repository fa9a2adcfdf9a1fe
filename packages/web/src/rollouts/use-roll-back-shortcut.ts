import { useEffect } from "react";

/**
 * Alt+R opens the roll-back dialog: of the rollout that holds the focus; without one, of the first on the page. A key with a
 * modifier, so that it never fires from a word that is typed (WCAG 2.1.4).
 */
export function useRollBackShortcut(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyR") return;
      if (document.querySelector("[role='dialog']")) return;
      event.preventDefault();
      const focused = document.activeElement?.closest("[data-rollout]");
      const scope = focused ?? document;
      scope.querySelector<HTMLElement>("[data-action='roll-back']")?.click();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
