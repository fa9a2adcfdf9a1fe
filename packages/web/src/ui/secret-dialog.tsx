import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { CopyLine } from "./copy-line.tsx";
import { Dialog } from "./dialog.tsx";
import form from "./dialog-form.module.css";
import { FaultLine } from "./fault-line.tsx";

type Props = {
  readonly title: string;
  /** What becomes of it when it is lost. */
  readonly lead: ReactNode;
  /** What it is, for those who hear the button that copies it. */
  readonly label: string;
  readonly secret: string;
  /** How it is used. */
  readonly children: ReactNode;
  readonly onClose: () => void;
};

/** The one time that a secret is shown. It is not closed by accident, and leaving the page asks first. */
export function SecretDialog({ title, lead, label, secret, children, onClose }: Props) {
  const [isCopied, setCopied] = useState(false);
  const [isWarned, setWarned] = useState(false);
  useAskBeforeLeaving(!isCopied);
  const close = () => {
    if (isCopied || isWarned) onClose();
    else setWarned(true);
  };
  return (
    <Dialog title={title} onClose={close} width={600} isKept>
      <div className={form.form}>
        <p className={form.what}>
          <strong>Copy it now: it is shown this once.</strong> {lead}
        </p>
        <CopyLine label={label} text={secret} onCopied={() => setCopied(true)} />
        {children}
        <FaultLine
          fault={isWarned && !isCopied ? "It was not copied yet. Close again to leave it all the same." : undefined}
        />
        <div className={form.buttons}>
          <Button variant={isCopied ? "filled" : "default"} onClick={close}>
            {isWarned && !isCopied ? "Close without copying" : "Done"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function useAskBeforeLeaving(isAsking: boolean): void {
  useEffect(() => {
    if (!isAsking) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isAsking]);
}
