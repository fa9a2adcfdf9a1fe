import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import type { Service } from "../../api/types.ts";
import { Dialog } from "../../ui/dialog.tsx";
import form from "../../ui/dialog-form.module.css";
import { FaultLine } from "../../ui/fault-line.tsx";
import { faultOfKey, faultOfRepositories, keyOfRepository } from "./service-fields.ts";
import { useAsked } from "./source-queries.ts";

/** No service has it for a key. */
const NEW = "";

type Props = { readonly repository: string; readonly services: readonly Service[]; readonly onClose: () => void };

/** Lays a repository to a service, a new one or one that is known, and leads to its page. */
export function MeasureDialog({ repository, services, onClose }: Props) {
  const suggested = keyOfRepository(repository);
  const [chosen, setChosen] = useState(services.find(({ key }) => key === suggested)?.key ?? NEW);
  const [newKey, setNewKey] = useState(suggested);
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate();
  const { ask, fault, isBusy } = useAsked(["services", "delivery", "unmeasured"]);
  const taken = services.map((each) => each.key);
  const keyFault = chosen === NEW ? faultOfKey(newKey.trim(), taken) : undefined;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (keyFault !== undefined) return;
    const key = chosen === NEW ? newKey.trim() : chosen;
    void ask(async () => {
      await layTo(key, repository, chosen === NEW);
      onClose();
      await navigate({ to: "/delivery", search: { service: key } });
    });
  };

  return (
    <Dialog title={`Measure ${repository}`} onClose={onClose}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <p className={form.what}>What was told of it, from the first message on, belongs to the service then.</p>
        <NativeSelect
          label="Service"
          data={[
            { value: NEW, label: "A new one" },
            ...services.map((each) => ({ value: each.key, label: each.name })),
          ]}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        {chosen === NEW && (
          <TextInput
            label="Key"
            description="As in its flags, in its deployments and in OpenTelemetry's service.name."
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            value={newKey}
            error={isAsked ? keyFault : undefined}
            onChange={(event) => setNewKey(event.currentTarget.value)}
          />
        )}
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            Measure it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the service is otherwise stays: it is read just before. */
async function layTo(key: string, repository: string, isNew: boolean): Promise<void> {
  const params = { path: { key } };
  const before = isNew ? null : await answerOf(api.GET("/api/v1/services/{key}", { params }));
  const repositories = [...(before?.repositories ?? []), repository];
  const fault = faultOfRepositories(repositories);
  if (fault !== undefined) throw new Error(fault);
  const { name = key, owner = "", target = null } = before ?? {};
  await answerOf(api.PUT("/api/v1/services/{key}", { params, body: { name, owner, target, repositories } }));
}
