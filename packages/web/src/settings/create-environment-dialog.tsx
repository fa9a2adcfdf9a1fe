import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answerOf, api } from "../api/client.ts";
import { environmentsQuery } from "../api/queries.ts";
import type { Environment } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/dialog-form.module.css";
import { FaultLine } from "../ui/fault-line.tsx";
import { faultOfKey, keyOfName } from "./environment-key.ts";

const NAME_LENGTH_MAX = 100;
/** What the server copies from when nothing is said. */
const USUAL_SOURCE = "production";

type Props = { readonly environments: readonly Environment[]; readonly onClose: () => void };

/** Asks for a name and whose flags it begins with, and creates it. */
export function CreateEnvironmentDialog({ environments, onClose }: Props) {
  const keys = environments.map(({ key }) => key);
  const [name, setName] = useState("");
  const [ownKey, setOwnKey] = useState<string>();
  const [source, setSource] = useState(keys.includes(USUAL_SOURCE) ? USUAL_SOURCE : (keys[0] ?? ""));
  const [isAsked, setAsked] = useState(false);
  const { create, fault, isBusy } = useCreate(onClose);
  const key = ownKey ?? keyOfName(name);
  const keyFault = faultOfKey(key, keys);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (keyFault === undefined && !isBusy) void create({ key, name: name.trim() || key, copyFlagsFrom: source });
  };

  return (
    <Dialog title="Create an environment" onClose={onClose}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <TextInput
          label="Name"
          placeholder="Pre-production"
          data-autofocus
          autoComplete="off"
          maxLength={NAME_LENGTH_MAX}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Key"
          description="Clients and the command line name it so. It cannot be changed later."
          autoComplete="off"
          spellCheck={false}
          value={key}
          error={isAsked ? keyFault : undefined}
          onChange={(event) => setOwnKey(event.currentTarget.value)}
        />
        <NativeSelect
          label="Flags start as they are in"
          description="Every flag stands in every environment. Rollouts and tokens are not copied."
          data={environments.map((each) => ({ value: each.key, label: each.name }))}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
        <FaultLine fault={fault} />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type NewEnvironment = { readonly key: string; readonly name: string; readonly copyFlagsFrom: string };

function useCreate(onClose: () => void) {
  const queryClient = useQueryClient();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const create = async (wanted: NewEnvironment) => {
    setBusy(true);
    setFault(undefined);
    try {
      const created = await answerOf(api.POST("/api/v1/environments", { body: wanted }));
      queryClient.setQueryData(environmentsQuery.queryKey, (before) => before && [...before, created]);
      void queryClient.invalidateQueries({ queryKey: environmentsQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: ["flags"] });
      onClose();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return { create, fault, isBusy };
}
