import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, doneBy } from "../api/client.ts";
import type { Token } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/dialog-form.module.css";
import { FaultLine } from "../ui/fault-line.tsx";
import { tokensQuery } from "./settings-queries.ts";

type Props = { readonly token: Token; readonly isOwn: boolean; readonly onClose: () => void };

/** Says what stops working, and revokes. */
export function RevokeTokenDialog({ token, isOwn, onClose }: Props) {
  const queryClient = useQueryClient();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const revoke = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await doneBy(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } }));
      await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Revoke ${token.name}?`} onClose={onClose}>
      <div className={form.form}>
        <p className={form.what}>
          Whatever uses it is refused at once; what it did stays in the journal. It cannot be brought back: who still
          needs one gets a new one.
          {token.role === "client" && (
            <> Services that evaluate with it go on with the flags they know, and hear of no change.</>
          )}
          {isOwn && (
            <strong>
              {" "}
              You are signed in with it: this ends your session, and you need another token to come back.
            </strong>
          )}
        </p>
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void revoke()}>
            Revoke
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
