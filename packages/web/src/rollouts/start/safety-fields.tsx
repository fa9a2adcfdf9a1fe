import { TextInput } from "@mantine/core";
import type { Draft, Faults } from "./draft.ts";
import classes from "./start-page.module.css";

type Props = {
  readonly draft: Draft;
  readonly faults: Faults;
  readonly onChange: (change: Partial<Draft>) => void;
};

const ADVANCED_PATHS = ["/watchSeconds", "/guard/alpha", "/salt"];

/** What happens when it hurts, and what few people need to change. */
export function SafetyFields({ draft, faults, onChange }: Props) {
  const isFaulty = ADVANCED_PATHS.some((path) => faults.has(path));
  return (
    <section className={classes.section} aria-labelledby="hurts">
      <h2 id="hurts">If it hurts</h2>
      <fieldset className={classes.plans}>
        <legend className={classes.spoken}>On a regression</legend>
        <label className={classes.plan}>
          <input
            type="radio"
            name="on-regression"
            checked={draft.onRegression === "roll-back"}
            onChange={() => onChange({ onRegression: "roll-back" })}
          />
          <span>
            <strong>Roll back</strong>
            <span>Everybody has the old variant again within seconds. First roll back, then look.</span>
          </span>
        </label>
        <label className={classes.plan}>
          <input
            type="radio"
            name="on-regression"
            checked={draft.onRegression === "freeze"}
            onChange={() => onChange({ onRegression: "freeze" })}
          />
          <span>
            <strong>Freeze</strong>
            <span>Stop where it is and wait for a person: where going back is no cure, as in a migration.</span>
          </span>
        </label>
      </fieldset>
      <label className={classes.check}>
        <input
          type="checkbox"
          checked={draft.isDryRun}
          onChange={(event) => onChange({ isDryRun: event.currentTarget.checked })}
        />
        <span>
          <strong>Dry run</strong>
          <span className={classes.quiet}>Judge and record, never act. A person moves it from stage to stage.</span>
        </span>
      </label>
      <details className={classes.advanced} {...(isFaulty ? { open: true } : {})}>
        <summary>More settings</summary>
        <div className={classes.more}>
          <TextInput
            label="Watched after completion"
            description="A gross break in this time still takes it back"
            value={draft.watch}
            error={faults.get("/watchSeconds")}
            onChange={(event) => onChange({ watch: event.currentTarget.value })}
          />
          <TextInput
            label="False alarms, one in so many rollouts"
            description="The most that healthy candidates are taken back"
            inputMode="numeric"
            value={draft.oneIn}
            error={faults.get("/guard/alpha")}
            onChange={(event) => onChange({ oneIn: event.currentTarget.value })}
          />
          <TextInput
            label="Salt"
            description="Another one picks other users"
            placeholder="the candidate's name"
            value={draft.salt}
            error={faults.get("/salt")}
            onChange={(event) => onChange({ salt: event.currentTarget.value })}
          />
        </div>
      </details>
    </section>
  );
}
