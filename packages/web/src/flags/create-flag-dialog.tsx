import { Button, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { ApiProblem } from "../api/api-problem.ts";
import { answerOf, api } from "../api/client.ts";
import type { Environment } from "../api/types.ts";
import { Dialog } from "../ui/dialog.tsx";
import classes from "./create-flag-dialog.module.css";
import { FLAGS_KEY, flagFacetsQuery } from "./flag-queries.ts";
import { EMPTY_FLAG, type FieldFaults, type NewFlag, toFieldFaults, toRequest } from "./new-flag.ts";
import { DefaultFields, VariantFields } from "./new-flag-fields.tsx";

type Props = { readonly environments: readonly Environment[]; readonly onClose: () => void };

/** Creates a flag and goes to its page. Faults stand beside what they are about. */
export function CreateFlagDialog({ environments, onClose }: Props) {
  const [flag, setFlag] = useState<NewFlag>(EMPTY_FLAG);
  const [faults, setFaults] = useState<FieldFaults>({});
  const [isBusy, setBusy] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const set = (change: Partial<NewFlag>) => setFlag((before) => ({ ...before, ...change }));

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const request = toRequest(flag);
    if (!request.ok) return setFaults(request.faults);
    setBusy(true);
    setFaults({});
    try {
      const created = await answerOf(api.POST("/api/v1/flags", { body: request.body }));
      void queryClient.invalidateQueries({ queryKey: FLAGS_KEY });
      await navigate({ to: "/flags/$key", params: { key: created.key } });
    } catch (error) {
      setFaults(faultsOf(flag, error));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Create a flag" width={640} onClose={onClose}>
      <form className={classes.form} onSubmit={(event) => void create(event)} noValidate>
        <TextInput
          data-autofocus
          label="Key"
          description="Stands in the code and cannot be changed later."
          placeholder="new-checkout"
          value={flag.key}
          error={faults.key}
          onChange={(event) => set({ key: event.currentTarget.value })}
        />
        <TextInput
          label="Description"
          placeholder="One page instead of four"
          value={flag.description}
          error={faults.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <OwnerFields flag={flag} faults={faults} onChange={set} />
        <VariantFields flag={flag} faults={faults} onChange={setFlag} />
        <DefaultFields flag={flag} faults={faults} environments={environments} onChange={setFlag} />
        {faults.form && (
          <p className={classes.fault} role="alert">
            {faults.form}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy}>
            Create the flag
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type OwnerProps = {
  readonly flag: NewFlag;
  readonly faults: FieldFaults;
  readonly onChange: (change: Partial<NewFlag>) => void;
};

function OwnerFields({ flag, faults, onChange }: OwnerProps) {
  const facets = useQuery(flagFacetsQuery).data;
  const [owners, services] = [useId(), useId()];
  return (
    <div className={classes.pair}>
      <TextInput
        label="Owner"
        description="The team that answers for it."
        list={owners}
        value={flag.owner}
        error={faults.owner}
        onChange={(event) => onChange({ owner: event.currentTarget.value })}
      />
      <TextInput
        label="Service"
        description="Whose requests a rollout looks at; empty: any."
        list={services}
        value={flag.service}
        error={faults.service}
        onChange={(event) => onChange({ service: event.currentTarget.value })}
      />
      <datalist id={owners}>
        {facets?.owners.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id={services}>
        {facets?.services.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

function faultsOf(flag: NewFlag, error: unknown): FieldFaults {
  if (error instanceof ApiProblem && error.code === "flag-exists") return { key: error.message };
  const known = error instanceof ApiProblem ? toFieldFaults(flag, error.faults) : {};
  if (Object.keys(known).length > 0) return known;
  return { form: error instanceof Error ? error.message : "Something went wrong that nobody foresaw. Try again." };
}
