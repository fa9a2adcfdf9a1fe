import { IconPencil } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Flag, FlagEvaluation, FlagState } from "../api/types.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { EditDefinition } from "./edit-definition.tsx";
import { EvaluatePanel } from "./evaluate-panel.tsx";
import { type EvaluationContext, evaluationQuery } from "./flag-queries.ts";
import { useFlagRefusal } from "./flag-refusal.ts";
import { RuleView } from "./rule-view.tsx";
import classes from "./targeting-view.module.css";
import { VariantList } from "./variant-list.tsx";

const route = getRouteApi("/signed-in/flags/$key");

type Props = { readonly flag: Flag; readonly state: FlagState };

/** Who gets what: the rules in words, their JSON to edit, and a context to try on either. */
export function TargetingView({ flag, state }: Props) {
  const { context } = route.useSearch();
  const navigate = route.useNavigate();
  const [isEditing, setEditing] = useState(false);
  /** The last text that was a valid definition, while one is edited. */
  const [draft, setDraft] = useState<unknown>();
  const refusal = useFlagRefusal(state.environment);
  const evaluation = useQuery({
    ...evaluationQuery(state, context ?? {}, isEditing ? draft : undefined),
    enabled: context !== undefined,
    placeholderData: keepPreviousData,
  });
  const setContext = (next: EvaluationContext | undefined) =>
    void navigate({
      replace: true,
      resetScroll: false,
      search: ({ context: _before, ...rest }) => (next === undefined ? rest : { ...rest, context: next }),
    });
  const stop = () => {
    setEditing(false);
    setDraft(undefined);
  };
  const tried = context === undefined || evaluation.isError ? undefined : evaluation.data;
  return (
    <div className={classes.layout}>
      <div className={classes.main}>
        {isEditing ? (
          <EditDefinition flag={flag} state={state} trace={tried} onDraft={setDraft} onClose={stop} />
        ) : (
          <section className={classes.panel} aria-label="Rules">
            <div className={classes.head}>
              <h2>Rules</h2>
              <GatedButton
                size="sm"
                variant="default"
                refusal={refusal}
                leftSection={<IconPencil size={15} aria-hidden />}
                onClick={() => setEditing(true)}
              >
                Edit
              </GatedButton>
            </div>
            <Rules state={state} tried={tried} />
          </section>
        )}
        {!isEditing && <VariantList state={state} />}
      </div>
      <EvaluatePanel
        state={state}
        context={context}
        evaluation={tried}
        error={evaluation.error}
        isDraft={isEditing && draft !== undefined}
        onContext={setContext}
      />
    </div>
  );
}

type RulesProps = { readonly state: FlagState; readonly tried: FlagEvaluation | undefined };

function Rules({ state, tried }: RulesProps) {
  const definition = tried?.definition ?? state.published ?? state.definition;
  return (
    <>
      {state.definition.state === "DISABLED" && (
        <p className={classes.note}>It is switched off, so everybody gets the code's default. Once it is on again:</p>
      )}
      <RuleView targeting={definition.targeting} defaultVariant={definition.defaultVariant} trace={tried} />
      {state.rollout && (
        <p className={classes.note}>
          The last share is the rollout's, from <strong>{state.rollout.baseline}</strong> to{" "}
          <strong>{state.rollout.candidate}</strong>. While it runs, the default and these two variants stay as they
          are; other rules may be changed.
        </p>
      )}
      {state.warnings.length > 0 && (
        <ul className={classes.warnings} aria-label="Warnings">
          {state.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </>
  );
}
