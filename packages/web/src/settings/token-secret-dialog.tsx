import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import type { CreatedToken } from "../api/types.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { CopyLine } from "../ui/copy-line.tsx";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/dialog-form.module.css";
import { FaultLine } from "../ui/fault-line.tsx";

type Props = { readonly token: CreatedToken; readonly onClose: () => void };

/** The one time that the secret is shown. It is not closed by accident, and leaving the page asks first. */
export function TokenSecretDialog({ token, onClose }: Props) {
  const [isCopied, setCopied] = useState(false);
  const [isWarned, setWarned] = useState(false);
  useAskBeforeLeaving(!isCopied);
  const close = () => {
    if (isCopied || isWarned) onClose();
    else setWarned(true);
  };
  return (
    <Dialog title={`The token of ${token.name}`} onClose={close} width={600} isKept>
      <div className={form.form}>
        <p className={form.what}>
          <strong>Copy it now: it is shown this once.</strong> The server keeps only a hash of it. Should it be lost,
          revoke it and make another.
        </p>
        <CopyLine label="The token" text={token.token} onCopied={() => setCopied(true)} />
        <CommandLines label={usageOf(token).label} lines={usageOf(token).lines} />
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

/** How it is used, by those whom the role is for. The lines do not repeat the secret: they may be shown to others. */
function usageOf({ role }: CreatedToken): { label: string; lines: string } {
  const { origin } = window.location;
  if (role === "client" || role === "telemetry") {
    return { label: "In the service's environment", lines: `STEADFAST_URL=${origin}\nSTEADFAST_TOKEN=<the token>` };
  }
  return { label: "On the command line; in the browser, sign in with it", lines: `steadfast login --url ${origin}` };
}

function useAskBeforeLeaving(isAsking: boolean): void {
  useEffect(() => {
    if (!isAsking) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isAsking]);
}
