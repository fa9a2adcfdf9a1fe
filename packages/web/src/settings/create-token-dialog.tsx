import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useMe } from "../access/session.ts";
import { answerOf, api } from "../api/client.ts";
import { environmentsQuery } from "../api/queries.ts";
import type { CreatedToken } from "../api/types.ts";
import { useEnvironment } from "../shell/environment.ts";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/dialog-form.module.css";
import { FaultLine } from "../ui/fault-line.tsx";
import { RoleField } from "./role-field.tsx";
import { tokensQuery } from "./settings-queries.ts";
import { choiceOf, type TokenRole } from "./token-roles.ts";
import { TokenSecretDialog } from "./token-secret-dialog.tsx";

const NAME_LENGTH_MAX = 100;
/** No environment has an empty key. */
const EVERY_ENVIRONMENT = "";

/** Asks who it is for and what it may do; then shows its secret, once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const [created, setCreated] = useState<CreatedToken>();
  if (created) return <TokenSecretDialog token={created} onClose={onClose} />;
  const onCreated = (token: CreatedToken) => {
    setCreated(token);
    void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
  };
  return <AskDialog onCreated={onCreated} onClose={onClose} />;
}

type AskProps = { readonly onCreated: (token: CreatedToken) => void; readonly onClose: () => void };

function AskDialog({ onCreated, onClose }: AskProps) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<TokenRole>("client");
  const [isAsked, setAsked] = useState(false);
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const { environment, field: environmentField } = useEnvironmentField(role);
  const nameFault = name.trim() === "" ? "Say who or what will use it." : undefined;

  const create = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      onCreated(await answerOf(api.POST("/api/v1/tokens", { body: { name: name.trim(), role, environment } })));
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (nameFault === undefined && !isBusy) void create();
  };

  return (
    <Dialog title="Create a token" onClose={onClose} width={540}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <TextInput
          label="Name"
          placeholder="shop, or Maya Okafor"
          description="Who or what uses it. The journal shows it."
          data-autofocus
          autoComplete="off"
          maxLength={NAME_LENGTH_MAX}
          value={name}
          error={isAsked ? nameFault : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleField role={role} onChange={setRole} />
        {environmentField}
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

/** The choices that the role, and the token of who asks, leave open. */
function useEnvironmentField(role: TokenRole) {
  const me = useMe();
  const looked = useEnvironment();
  const known = useQuery(environmentsQuery).data ?? [];
  const [chosen, setChosen] = useState<string>();
  const mayBeEvery = !choiceOf(role)?.isOfOneEnvironment && me?.environment === null;
  const options = [
    ...(mayBeEvery ? [{ value: EVERY_ENVIRONMENT, label: "Every environment" }] : []),
    ...known.map(({ key, name }) => ({ value: key, label: name })),
  ];
  const usual = mayBeEvery ? EVERY_ENVIRONMENT : looked;
  const value = options.some((option) => option.value === chosen) ? (chosen ?? usual) : usual;
  const field = (
    <NativeSelect
      label="Environment"
      description={mayBeEvery ? undefined : "A token of this role belongs to one environment."}
      data={options}
      value={value}
      onChange={(event) => setChosen(event.currentTarget.value)}
    />
  );
  return { environment: value === EVERY_ENVIRONMENT ? null : value, field };
}
