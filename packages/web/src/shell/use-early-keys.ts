import { useEffect } from "react";

/**
 * While something opens that will have a field, hands on what is typed before the field has the focus: who knows the keys
 * does not wait for it.
 */
export function useEarlyKeys(isOpening: boolean, onTyped: (typed: string) => void): void {
  useEffect(() => {
    if (!isOpening) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
      if (!isText || document.activeElement?.matches("[role='dialog'] input")) return;
      event.preventDefault();
      event.stopPropagation();
      onTyped(event.key);
    };
    // Before anything else on the page takes the key for its own.
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [isOpening, onTyped]);
}
