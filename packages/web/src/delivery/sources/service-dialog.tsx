import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import type { Service } from "../../api/types.ts";
import { Dialog } from "../../ui/dialog.tsx";
import form from "../../ui/dialog-form.module.css";
import { FaultLine } from "../../ui/fault-line.tsx";
import { faultOfKey, faultOfRepositories, readRepositories } from "./service-fields.ts";
import { useAsked } from "./source-queries.ts";

const NAME_LENGTH_MAX = 100;

type Props = {
  /** The one to say anew; absent: a new one. */
  readonly service?: Service | undefined;
  readonly services: readonly Service[];
  readonly onClose: () => void;
};

/** Asks what a service is: whose, and which repositories it is built from. */
export function ServiceDialog({ service, services, onClose }: Props) {
  const [key, setKey] = useState(service?.key ?? "");
  const [name, setName] = useState(service && service.name !== service.key ? service.name : "");
  const [owner, setOwner] = useState(service?.owner ?? "");
  const [text, setText] = useState(service?.repositories.join("\n") ?? "");
  const [isAsked, setAsked] = useState(false);
  const { ask, fault, isBusy } = useAsked(["services", "delivery"]);
  const taken = services.filter((each) => each.isRegistered).map((each) => each.key);
  const keyFault = service ? undefined : faultOfKey(key.trim(), taken);
  const repositories = readRepositories(text);
  const repositoriesFault = faultOfRepositories(repositories);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (keyFault !== undefined || repositoriesFault !== undefined) return;
    const body = {
      ...{ name: name.trim() || key.trim(), owner: owner.trim(), repositories },
      target: service?.target ?? null,
    };
    void ask(async () => {
      await answerOf(api.PUT("/api/v1/services/{key}", { params: { path: { key: key.trim() } }, body }));
      onClose();
    });
  };

  return (
    <Dialog title={service ? `What is ${service.name}?` : "Add a service"} onClose={onClose} width={520}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <TextInput
          label="Key"
          placeholder="shop"
          description={
            service
              ? "It cannot be changed."
              : "As in its flags, in its deployments and in OpenTelemetry's service.name."
          }
          data-autofocus={service ? undefined : true}
          autoComplete="off"
          spellCheck={false}
          readOnly={service !== undefined}
          value={key}
          error={isAsked ? keyFault : undefined}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <TextInput
          label="Name"
          description="What people call it. Without one: its key."
          autoComplete="off"
          maxLength={NAME_LENGTH_MAX}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Owner"
          placeholder="payments"
          description="The team that answers for it."
          autoComplete="off"
          maxLength={NAME_LENGTH_MAX}
          value={owner}
          onChange={(event) => setOwner(event.currentTarget.value)}
        />
        <Textarea
          label="Repositories"
          placeholder="acme/shop"
          description="owner/name, one a line; addresses will do. What a forge tells of them belongs to this service."
          data-autofocus={service ? true : undefined}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          value={text}
          error={isAsked ? repositoriesFault : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            {service ? "Save" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
