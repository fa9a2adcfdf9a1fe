import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Environment } from "../api/types.ts";
import classes from "./create-flag-dialog.module.css";
import {
  type FieldFaults,
  type NewFlag,
  type NewVariant,
  VALUE_KINDS,
  withKind,
  withoutVariant,
  withVariant,
} from "./new-flag.ts";

const KIND_LABELS = { boolean: "Boolean", string: "String", number: "Number", object: "Object" } as const;

/** As the server bounds them; a form has room for few. */
const VARIANTS_MAX = 64;

type Props = {
  readonly flag: NewFlag;
  readonly faults: FieldFaults;
  readonly onChange: (flag: NewFlag) => void;
};

/** What the flag can answer: variants by name, all of one kind. */
export function VariantFields({ flag, faults, onChange }: Props) {
  const add = () => {
    const id = Math.max(0, ...flag.variants.map((variant) => variant.id)) + 1;
    onChange({ ...flag, variants: [...flag.variants, { id, name: "", value: "" }] });
  };
  return (
    <fieldset className={classes.group}>
      <legend>What it answers</legend>
      <NativeSelect
        label="Kind of value"
        value={flag.kind}
        data={VALUE_KINDS.map((value) => ({ value, label: KIND_LABELS[value] }))}
        onChange={(event) => {
          const kind = VALUE_KINDS.find((each) => each === event.currentTarget.value);
          if (kind) onChange(withKind(flag, kind));
        }}
      />
      {flag.variants.map((variant, index) => (
        <VariantRow
          key={variant.id}
          variant={variant}
          flag={flag}
          position={index + 1}
          fault={faults[`variant-${variant.id}`]}
          onChange={onChange}
        />
      ))}
      {faults.variants && <p className={classes.fault}>{faults.variants}</p>}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={flag.variants.length >= VARIANTS_MAX}
          onClick={add}
        >
          Add a variant
        </Button>
      </div>
    </fieldset>
  );
}

type RowProps = {
  readonly variant: NewVariant;
  readonly flag: NewFlag;
  readonly position: number;
  readonly fault: string | undefined;
  readonly onChange: (flag: NewFlag) => void;
};

function VariantRow({ variant, flag, position, fault, onChange }: RowProps) {
  const set = (change: Partial<NewVariant>) => onChange(withVariant(flag, { ...variant, ...change }));
  return (
    <div className={classes.variant}>
      <TextInput
        aria-label={`Name of variant ${position}`}
        placeholder="Name"
        value={variant.name}
        error={fault}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {flag.kind === "boolean" ? (
        <NativeSelect
          aria-label={`Value of variant ${position}`}
          value={variant.value}
          data={["true", "false"]}
          onChange={(event) => set({ value: event.currentTarget.value })}
        />
      ) : (
        <TextInput
          aria-label={`Value of variant ${position}`}
          placeholder="Value"
          value={variant.value}
          error={fault !== undefined}
          onChange={(event) => set({ value: event.currentTarget.value })}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={`Remove variant ${variant.name || position}`}
        disabled={flag.variants.length === 1}
        onClick={() => onChange(withoutVariant(flag, variant.id))}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </div>
  );
}

/** Whom no rule serves: one answer for all environments, and others where they differ. */
export function DefaultFields({
  flag,
  faults,
  environments,
  onChange,
}: Props & { readonly environments: readonly Environment[] }) {
  const named = flag.variants.filter(({ name }) => name !== "").map(({ name }) => ({ value: name, label: name }));
  const codeDefault = { value: "", label: "the code's default" };
  return (
    <fieldset className={classes.group}>
      <legend>Default in each environment</legend>
      <p className={classes.hint}>What everybody gets until a rule or a rollout says otherwise.</p>
      <div className={classes.defaults}>
        {environments.map(({ key, name }) => (
          <NativeSelect
            key={key}
            label={name}
            value={flag.defaults[key] ?? flag.defaultVariant}
            error={faults[`default-${key}`] ?? faults.defaultVariant}
            data={[...named, codeDefault]}
            onChange={(event) =>
              onChange({ ...flag, defaults: { ...flag.defaults, [key]: event.currentTarget.value } })
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
