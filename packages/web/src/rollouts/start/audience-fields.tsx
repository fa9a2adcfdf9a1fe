import { Textarea, TextInput } from "@mantine/core";
import { type AudienceDraft, OPERATORS, type Operator } from "./audience.ts";
import classes from "./start-page.module.css";

type Props = {
  readonly audience: AudienceDraft;
  readonly fault: string | undefined;
  readonly onChange: (audience: AudienceDraft) => void;
};

const KINDS = [
  ["none", "Nobody first"],
  ["simple", "Those whose"],
  ["json", "By a rule"],
] as const;

/** Who sees it before everybody: internal users, most of the time. */
export function AudienceFields({ audience, fault, onChange }: Props) {
  const change = (more: Partial<AudienceDraft>) => onChange({ ...audience, ...more });
  return (
    <fieldset className={classes.audience}>
      <legend>Internal audience first</legend>
      <div className={classes.choices}>
        {KINDS.map(([kind, label]) => (
          <label key={kind}>
            <input
              type="radio"
              name="audience"
              value={kind}
              checked={audience.kind === kind}
              onChange={() => change({ kind })}
            />
            {label}
          </label>
        ))}
      </div>
      {audience.kind === "simple" && (
        <div className={classes.condition}>
          <TextInput
            aria-label="Attribute of the evaluation context"
            placeholder="email"
            value={audience.attribute}
            onChange={(event) => change({ attribute: event.currentTarget.value })}
          />
          <select
            aria-label="How it is compared"
            className={classes.select}
            value={audience.operator}
            onChange={(event) => change({ operator: operatorOf(event.currentTarget.value) })}
          >
            {Object.entries(OPERATORS).map(([operator, words]) => (
              <option key={operator} value={operator}>
                {words}
              </option>
            ))}
          </select>
          <TextInput
            aria-label="Value"
            placeholder={audience.operator === "in" ? "ada, maya" : "@example.com"}
            value={audience.value}
            error={fault}
            onChange={(event) => change({ value: event.currentTarget.value })}
          />
        </div>
      )}
      {audience.kind === "json" && (
        <Textarea
          aria-label="JSONLogic condition"
          placeholder={'{"==": [{"var": "team"}, "internal"]}'}
          autosize
          minRows={2}
          maxRows={8}
          classNames={{ input: classes.code ?? "" }}
          value={audience.json}
          error={fault}
          onChange={(event) => change({ json: event.currentTarget.value })}
        />
      )}
      {audience.kind !== "none" && (
        <p className={classes.quiet}>
          They are other people than the rest, so only a gross break counts there. They keep it in the later stages.
        </p>
      )}
    </fieldset>
  );
}

function operatorOf(text: string): Operator {
  return text === "in" || text === "ends_with" || text === "starts_with" ? text : "==";
}
