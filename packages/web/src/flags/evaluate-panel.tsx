import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { FlagEvaluation, FlagState } from "../api/types.ts";
import { ContextJson } from "./context-json.tsx";
import { CONTEXT_ROWS_MAX, type ContextRow, toContext, toRows } from "./context-rows.ts";
import classes from "./evaluate-panel.module.css";
import { EvaluationResult } from "./evaluation-result.tsx";
import { contextKeysQuery, type EvaluationContext } from "./flag-queries.ts";

/** A pause in typing this long asks the server. */
const TRY_AFTER_MS = 300;

type Props = {
  readonly state: FlagState;
  /** As the address has it; absent: nothing is tried. */
  readonly context: EvaluationContext | undefined;
  readonly evaluation: FlagEvaluation | undefined;
  readonly error: Error | null;
  readonly isDraft: boolean;
  readonly onContext: (context: EvaluationContext | undefined) => void;
};

/** Who would get what: a context, kept in the address and nowhere else, and what it is answered. */
export function EvaluatePanel(props: Props) {
  const [isJson, setJson] = useState(false);
  const { context, onContext } = props;
  return (
    <section className={classes.panel} aria-labelledby="evaluate-title">
      <div className={classes.head}>
        <h2 id="evaluate-title">Evaluate as</h2>
        <Button size="compact-sm" variant="subtle" onClick={() => setJson(!isJson)}>
          {isJson ? "As rows" : "As JSON"}
        </Button>
      </div>
      {isJson ? (
        <ContextJson context={context ?? {}} onContext={onContext} />
      ) : (
        <ContextRows environment={props.state.environment} context={context} onContext={onContext} />
      )}
      <div className={classes.answer} aria-live="polite">
        {context === undefined ? (
          <p className={classes.quiet}>
            Fill in who is asking to see the variant and the rule that matches. The address keeps it, so it can be
            shared.
          </p>
        ) : (
          <EvaluationResult evaluation={props.evaluation} error={props.error} isDraft={props.isDraft} />
        )}
      </div>
    </section>
  );
}

type RowsProps = { readonly environment: string } & Pick<Props, "context" | "onContext">;

function ContextRows({ environment, context, onContext }: RowsProps) {
  const [targetingKey, setTargetingKey] = useState(String(context?.targetingKey ?? ""));
  const [rows, setRows] = useState<readonly ContextRow[]>(() => toRows(context ?? {}));
  const names = useQuery(contextKeysQuery(environment)).data ?? [];
  const listId = useId();
  const propose = useDebouncedCallback((next: EvaluationContext) => {
    onContext(Object.keys(next).length === 0 ? undefined : next);
  }, TRY_AFTER_MS);
  const changeKey = (next: string) => {
    setTargetingKey(next);
    propose(toContext(next, rows));
  };
  const changeRows = (next: readonly ContextRow[]) => {
    setRows(next);
    propose(toContext(targetingKey, next));
  };
  const change = (changed: ContextRow) => changeRows(rows.map((row) => (row.id === changed.id ? changed : row)));
  const add = () => setRows([...rows, { id: Math.max(0, ...rows.map((row) => row.id)) + 1, name: "", value: "" }]);
  return (
    <div className={classes.rows}>
      <TextInput
        label="targetingKey"
        description="Who it is; decides the bucket."
        placeholder="user-1"
        value={targetingKey}
        onChange={(event) => changeKey(event.currentTarget.value)}
      />
      {rows.map((row, index) => (
        <div key={row.id} className={classes.row}>
          <TextInput
            aria-label={`Attribute ${index + 1}`}
            placeholder="country"
            list={listId}
            value={row.name}
            onChange={(event) => change({ ...row, name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of ${row.name || `attribute ${index + 1}`}`}
            placeholder="DE"
            value={row.value}
            onChange={(event) => change({ ...row, value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={`Remove ${row.name || `attribute ${index + 1}`}`}
            onClick={() => changeRows(rows.filter(({ id }) => id !== row.id))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <datalist id={listId}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={rows.length >= CONTEXT_ROWS_MAX}
          onClick={add}
        >
          Add an attribute
        </Button>
      </div>
    </div>
  );
}
