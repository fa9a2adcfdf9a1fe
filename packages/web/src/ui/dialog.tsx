import { Modal } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import classes from "./dialog.module.css";

type Props = {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** Pixels; default 480. On a phone it is as wide as the screen. */
  readonly width?: number;
  /** Neither Escape nor a click beside it closes: for what would be lost. */
  readonly isKept?: boolean;
};

/** A window over the page with a title and a way out. Mounted while it is open; the focus returns to where it was. */
export function Dialog({ title, children, onClose, width = 480, isKept = false }: Props) {
  const [opener] = useState(() => document.activeElement);
  // However it was closed: by its buttons, the browser's, or what it was for being done. Mantine gives the focus back only where a dialog stays mounted.
  useEffect(() => () => void window.setTimeout(() => giveFocusBack(opener)), [opener]);
  return (
    <Modal.Root opened onClose={onClose} centered size={width} closeOnEscape={!isKept} closeOnClickOutside={!isKept}>
      <Modal.Overlay backgroundOpacity={0.45} />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title className={classes.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function giveFocusBack(opener: Element | null): void {
  if (document.activeElement !== document.body) return;
  if (opener instanceof HTMLElement || opener instanceof SVGElement) opener.focus({ preventScroll: true });
  keepFocusOnPage();
}

/** What opened a dialog may be gone when it closes: then the focus goes to the content, not to the page's start. */
export function keepFocusOnPage(): void {
  if (document.activeElement === document.body) document.getElementById("content")?.focus();
}
