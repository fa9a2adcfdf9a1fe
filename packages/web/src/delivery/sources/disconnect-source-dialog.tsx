import { Button } from "@mantine/core";
import { api, doneBy } from "../../api/client.ts";
import type { DeliverySource } from "../../api/types.ts";
import { Dialog } from "../../ui/dialog.tsx";
import form from "../../ui/dialog-form.module.css";
import { FaultLine } from "../../ui/fault-line.tsx";
import { FORGES } from "./forge-words.ts";
import { useAsked } from "./source-queries.ts";

type Props = { readonly source: DeliverySource; readonly onClose: () => void };

/** Says what ends and what stays, and disconnects. */
export function DisconnectSourceDialog({ source, onClose }: Props) {
  const { ask, fault, isBusy } = useAsked(["sources"]);
  const disconnect = () =>
    void ask(async () => {
      await doneBy(api.DELETE("/api/v1/sources/{id}", { params: { path: { id: source.id } } }));
      onClose();
    });
  return (
    <Dialog title={`Disconnect ${source.name}?`} onClose={onClose}>
      <div className={form.form}>
        <p className={form.what}>
          Its webhooks are refused from now on, and its secret is forgotten. What it told stays, and so do the figures
          made of it. To come back it is connected anew, with another secret. Remove the webhook at{" "}
          {FORGES[source.kind].name}, too.
        </p>
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={isBusy} onClick={disconnect}>
            Disconnect
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
