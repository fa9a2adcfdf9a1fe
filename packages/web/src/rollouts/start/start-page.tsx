import { usePageTitle } from "../../ui/use-page-title.ts";
import { FlagFields } from "./flag-fields.tsx";
import { JudgementFields } from "./judgement-fields.tsx";
import { OutcomePanel } from "./outcome-panel.tsx";
import { SafetyFields } from "./safety-fields.tsx";
import { StagesFields } from "./stages-fields.tsx";
import classes from "./start-page.module.css";
import { StartSubmit } from "./start-submit.tsx";
import { useStartForm } from "./use-start-form.ts";

/** A form that teaches: what is asked stands left, what would happen stands right, before it happens. */
export function StartPage() {
  const form = useStartForm();
  const { draft, faults, preview, environment, onChange } = form;
  const fields = { draft, faults, onChange };
  usePageTitle("Start a rollout");
  return (
    <form ref={form.form} className={classes.page} noValidate onSubmit={form.onSubmit} data-testid="start-form">
      <div className={classes.head}>
        <h1>Start a rollout</h1>
        <p className={classes.quiet}>
          A share of people gets the candidate, judged each second, and taken back by itself when it hurts.
        </p>
      </div>
      <div className={classes.form}>
        <FlagFields
          {...fields}
          {...{ environment, preview }}
          flag={form.flag}
          candidate={form.candidate}
          state={form.state}
          onFlag={form.onFlag}
          onCandidate={form.onCandidate}
        />
        <StagesFields {...fields} plan={form.plan} preview={preview} onPlan={form.onPlan} />
        <JudgementFields {...fields} found={form.found} />
        <SafetyFields {...fields} />
      </div>
      <aside className={classes.side}>
        <OutcomePanel preview={preview} shown={form.shown} isOld={form.isOld} error={form.error} />
        <StartSubmit
          label={labelOf(draft.isDryRun, preview?.waitsFor !== null && preview !== undefined && !draft.alongside)}
          environment={environment}
          isBusy={form.isBusy}
          refusal={form.refusal?.message}
        />
      </aside>
    </form>
  );
}

function labelOf(isDryRun: boolean, isQueued: boolean): string {
  if (isDryRun) return "Start the dry run";
  return isQueued ? "Put it into the queue" : "Start the rollout";
}
