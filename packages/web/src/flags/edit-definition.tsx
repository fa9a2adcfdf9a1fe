import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { ApiProblem } from "../api/api-problem.ts";
import { answerOf, api } from "../api/client.ts";
import type { Flag, FlagDefinition, FlagEvaluation, FlagState } from "../api/types.ts";
import { LoadingState } from "../ui/page-states.tsx";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
import { ConflictDialog } from "./conflict-dialog.tsx";
import { DefinitionDiff } from "./definition-diff.tsx";
import classes from "./edit-definition.module.css";
import { EditFindings } from "./edit-findings.tsx";
import type { CheckedText } from "./editor/check-text.ts";
import { contextKeysQuery, FLAGS_KEY, flagQuery } from "./flag-queries.ts";
import { formatDefinition } from "./format-json.ts";
import { RuleView } from "./rule-view.tsx";
import styles from "./targeting-view.module.css";
import { writeDefinition } from "./write-definition.ts";

/** The editor is most of this page's script: it comes when somebody edits. */
const DefinitionEditor = lazy(() =>
  import("./editor/definition-editor.tsx").then((module) => ({ default: module.DefinitionEditor })),
);

const SUGGESTIONS = ["Asked for by the product team", "Widened after a look at the figures", "Tidying up"];

type Props = {
  readonly flag: Flag;
  readonly state: FlagState;
  readonly trace: FlagEvaluation | undefined;
  /** The definition of a text that has no fault; `undefined`: it has. */
  readonly onDraft: (definition: unknown) => void;
  readonly onClose: () => void;
};

/** A definition being edited: checked as it is typed, shown in words, saved with a reason, never over somebody's change. */
export function EditDefinition({ flag, state, trace, onDraft, onClose }: Props) {
  /** The version that the text began with, or was knowingly put over. */
  const [base, setBase] = useState(state);
  const [text, setText] = useState(() => formatDefinition(state.definition));
  const [editorKey, setEditorKey] = useState(0);
  const [checked, setChecked] = useState<CheckedText>();
  const [shown, setShown] = useState<{ readonly path: string }>();
  const [dialog, setDialog] = useState<"save" | "conflict">();
  const contextKeys = useQuery(contextKeysQuery(state.environment)).data ?? [];
  const queryClient = useQueryClient();

  const ask = (definition: unknown) =>
    answerOf(
      api.POST("/api/v1/environments/{environment}/flags/{key}/check", {
        params: { path: { environment: state.environment, key: state.key } },
        body: { definition },
      }),
    );
  const onChecked = (next: CheckedText) => {
    setChecked(next);
    onDraft(next.kind === "checked" && next.check.faults.length === 0 ? next.definition : undefined);
  };
  const current = checked?.text === text ? checked : undefined;
  const definition = savable(current);
  const isOutdated = state.version !== base.version;

  const save = async (reason: string) => {
    if (!definition) return;
    try {
      await writeDefinition(base, definition, reason);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.code === "version-mismatch")) throw error;
      await queryClient.invalidateQueries(flagQuery(flag.key));
      window.setTimeout(() => setDialog("conflict"));
      return;
    }
    await queryClient.invalidateQueries({ queryKey: FLAGS_KEY });
    onClose();
  };
  const takeTheirs = () => {
    setBase(state);
    setText(formatDefinition(state.definition));
    setEditorKey(editorKey + 1);
    setDialog(undefined);
  };
  const keepMine = () => {
    setBase(state);
    setDialog(undefined);
  };
  return (
    <section className={styles.panel} aria-label="Edit the definition" data-testid="edit-definition">
      <div className={styles.head}>
        <h2>Edit</h2>
        <div className={classes.buttons}>
          <Button size="sm" variant="default" onClick={onClose}>
            Discard
          </Button>
          <Button size="sm" disabled={!definition} onClick={() => setDialog(isOutdated ? "conflict" : "save")}>
            Save…
          </Button>
        </div>
      </div>
      {isOutdated && (
        <p className={classes.outdated} role="status">
          {state.updatedBy.name} changed it meanwhile: it is at version {state.version}, and this began with{" "}
          {base.version}.{" "}
          <button type="button" onClick={() => setDialog("conflict")}>
            Look at both
          </button>
        </p>
      )}
      {state.rollout && (
        <p className={styles.note}>
          A rollout moves this flag from <strong>{state.rollout.baseline}</strong> to{" "}
          <strong>{state.rollout.candidate}</strong>: until it ends, the default and these two variants cannot be
          changed. Rules can.
        </p>
      )}
      <div className={classes.editor}>
        <Suspense fallback={<LoadingState label="Loading the editor" heights={[280]} />}>
          <DefinitionEditor
            key={editorKey}
            text={text}
            vocabulary={{ variants: Object.keys(state.definition.variants), contextKeys }}
            ask={ask}
            onText={setText}
            onChecked={onChecked}
            shown={shown}
          />
        </Suspense>
      </div>
      <p id="definition-editor-help" className={styles.note}>
        Ctrl+Space completes, F8 goes to the next fault, Escape closes what is open, Tab leaves the editor.
      </p>
      <EditFindings checked={current} onShow={(path) => setShown({ path })} />
      <h3 className={classes.heading}>In words</h3>
      <DraftWords checked={checked} state={state} trace={trace} />
      {dialog === "save" && definition && current?.kind === "checked" && (
        <ReasonDialog
          title={`Save ${state.key} in ${state.environment}?`}
          confirmLabel="Save"
          isWide
          suggestions={SUGGESTIONS}
          onConfirm={save}
          onClose={() => setDialog(undefined)}
        >
          <DefinitionDiff before={base.definition} after={definition} changes={current.check.changes} />
        </ReasonDialog>
      )}
      {dialog === "conflict" && (
        <ConflictDialog
          base={base}
          theirs={state}
          mine={definition}
          onTakeTheirs={takeTheirs}
          onKeepMine={keepMine}
          onClose={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}

/** The definition of a checked text that may be written now; `undefined`: it may not. */
function savable(checked: CheckedText | undefined): FlagDefinition | undefined {
  if (checked?.kind !== "checked") return undefined;
  const { faults, refusal, changes } = checked.check;
  if (faults.length > 0 || refusal !== null || changes.length === 0) return undefined;
  return isDefinition(checked.definition) ? checked.definition : undefined;
}

/** The server has found no fault in it; what is looked at here is what the page itself reads. */
function isDefinition(value: unknown): value is FlagDefinition {
  return typeof value === "object" && value !== null && "variants" in value && "state" in value;
}

type WordsProps = {
  readonly checked: CheckedText | undefined;
  readonly state: FlagState;
  readonly trace: FlagEvaluation | undefined;
};

/** The text in words; with a context tried, what it matches. */
function DraftWords({ checked, state, trace }: WordsProps) {
  if (checked?.kind === "syntax" || (checked?.kind === "checked" && checked.check.faults.length > 0))
    return <p className={styles.note}>Mend the faults to read it in words.</p>;
  const draft = checked?.kind === "checked" && isDefinition(checked.definition) ? checked.definition : state.definition;
  const shown = trace?.definition ?? draft;
  return <RuleView targeting={shown.targeting} defaultVariant={shown.defaultVariant} trace={trace} />;
}
