import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import type { ConnectedSource } from "../../api/types.ts";
import { Dialog } from "../../ui/dialog.tsx";
import form from "../../ui/dialog-form.module.css";
import { FaultLine } from "../../ui/fault-line.tsx";
import { ConnectedSourceDialog } from "./connected-source-dialog.tsx";
import { FORGES, type ForgeKind } from "./forge-words.ts";
import { useAsked } from "./source-queries.ts";

const NAME_LENGTH_MAX = 100;

/** Asks which forge, and shows, this once, what to type there. */
export function ConnectSourceDialog({ onClose }: { onClose: () => void }) {
  const [connected, setConnected] = useState<ConnectedSource>();
  if (connected) return <ConnectedSourceDialog source={connected} onClose={onClose} />;
  return <AskDialog onConnected={setConnected} onClose={onClose} />;
}

type AskProps = { readonly onConnected: (source: ConnectedSource) => void; readonly onClose: () => void };

function AskDialog({ onConnected, onClose }: AskProps) {
  const [kind, setKind] = useState<ForgeKind>("github");
  const [name, setName] = useState("");
  const [isAsked, setAsked] = useState(false);
  const { ask, fault, isBusy } = useAsked(["sources"]);
  const nameFault = name.trim() === "" ? "Name it, such as by the organisation or group that sends." : undefined;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (nameFault !== undefined) return;
    void ask(async () =>
      onConnected(await answerOf(api.POST("/api/v1/sources", { body: { kind, name: name.trim() } }))),
    );
  };

  return (
    <Dialog title="Connect a source" onClose={onClose} width={520}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <p className={form.what}>
          A forge sends a webhook for each pull request, review, push and deployment. One webhook of an organisation or
          group is enough for all its repositories.
        </p>
        <NativeSelect
          label="Forge"
          data={Object.entries(FORGES).map(([value, { name: label }]) => ({ value, label }))}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value === "gitlab" ? "gitlab" : "github")}
        />
        <TextInput
          label="Name"
          placeholder="acme"
          description="The organisation, group or repository that sends. It is for people."
          data-autofocus
          autoComplete="off"
          maxLength={NAME_LENGTH_MAX}
          value={name}
          error={isAsked ? nameFault : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            Connect
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
