import { Button, CloseButton, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useId } from "react";
import { AudienceFields } from "./audience-fields.tsx";
import { type Draft, type Faults, faultUnder } from "./draft.ts";
import { basisOf, sayLength, sayNeed, sayTraffic } from "./forecast-words.ts";
import { PLAN_NAMES, PLANS, type PlanName, type StageRow } from "./plans.ts";
import rowClasses from "./stages-fields.module.css";
import classes from "./start-page.module.css";
import type { RolloutPreview } from "./start-queries.ts";

/** As the server bounds it. */
const STAGES_MAX = 19;

type Props = {
  readonly draft: Draft;
  readonly plan: PlanName | "own";
  readonly faults: Faults;
  readonly preview: RolloutPreview | undefined;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onPlan: (plan: PlanName) => void;
};

/** How fast: a plan to begin with, each of its stages to be changed, with what it would take now. */
export function StagesFields({ draft, plan, faults, preview, onChange, onPlan }: Props) {
  const { stages } = draft;
  const basis = preview && basisOf(preview);
  const first = draft.audience.kind === "none" ? 0 : 1;
  const change = (id: number, more: Partial<StageRow>) =>
    onChange({ stages: stages.map((row) => (row.id === id ? { ...row, ...more } : row)) });
  const add = () => {
    const id = Math.max(0, ...stages.map((row) => row.id)) + 1;
    const at = stages.length > 0 && Number(stages.at(-1)?.share) === 100 ? stages.length - 1 : stages.length;
    onChange({ stages: stages.toSpliced(at, 0, { id, share: "", catches: "1", floor: "5 min" }) });
  };
  return (
    <section className={classes.section} aria-labelledby="stages">
      <h2 id="stages">Stages</h2>
      <fieldset className={classes.plans}>
        <legend className={classes.spoken}>Plan</legend>
        {PLAN_NAMES.map((name) => (
          <label key={name} className={classes.plan}>
            <input type="radio" name="plan" value={name} checked={plan === name} onChange={() => onPlan(name)} />
            <span>
              <strong>{PLANS[name].label}</strong>
              <span>{PLANS[name].about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <AudienceFields
        audience={draft.audience}
        fault={first === 1 ? faultUnder(faults, "/stages/0/audience") : undefined}
        onChange={(audience) => onChange({ audience })}
      />
      {basis && (
        <p className={classes.quiet} data-testid="basis">
          Estimated at {sayTraffic(basis)}, as they arrive from {basis.source}.
        </p>
      )}
      <div className={rowClasses.rows}>
        <div className={rowClasses.rowHead} aria-hidden>
          <span>Share, %</span>
          <span>Catches a rise of, points</span>
          <span>At least</span>
        </div>
        <ol>
          {stages.map((row, index) => (
            <StageFields
              key={row.id}
              row={row}
              number={index + 1 + first}
              faults={faults}
              forecast={preview?.plan?.stages[index + first]}
              canRemove={stages.length > 1}
              onChange={(more) => change(row.id, more)}
              onRemove={() => onChange({ stages: stages.filter((other) => other.id !== row.id) })}
            />
          ))}
        </ol>
      </div>
      {stages.length < STAGES_MAX && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          className={rowClasses.add}
        >
          Add a stage
        </Button>
      )}
      <p className={classes.quiet}>
        A stage ends when a rise of the size it promises to catch would have been noticed, and its time has passed.
        Small shares can only notice large rises; that is why they come first.
      </p>
    </section>
  );
}

type RowProps = {
  readonly row: StageRow;
  /** 1 for the first stage, the audience included. */
  readonly number: number;
  readonly faults: Faults;
  readonly forecast: NonNullable<RolloutPreview["plan"]>["stages"][number] | undefined;
  readonly canRemove: boolean;
  readonly onChange: (change: Partial<StageRow>) => void;
  readonly onRemove: () => void;
};

function StageFields({ row, number, faults, forecast, canRemove, onChange, onRemove }: RowProps) {
  const path = `/stages/${number - 1}`;
  const isEverybody = Number(row.share) === 100;
  const noteId = useId();
  const faultOf = (field: string) => faultUnder(faults, `${path}/${field}`);
  // Under its narrow field a sentence would be a column of words.
  const wrong = [faultOf("share"), faultOf("catches"), faultOf("minSeconds")].filter((fault) => fault !== undefined);
  return (
    <li className={rowClasses.row} data-testid="stage-row">
      <TextInput
        aria-label={`Share of stage ${number}, percent`}
        inputMode="decimal"
        value={row.share}
        error={faultOf("share") !== undefined}
        aria-describedby={noteId}
        onChange={(event) => onChange({ share: event.currentTarget.value })}
      />
      <TextInput
        aria-label={`Rise that stage ${number} catches, percentage points`}
        inputMode="decimal"
        placeholder="nothing"
        disabled={isEverybody}
        value={isEverybody ? "" : row.catches}
        error={faultOf("catches") !== undefined}
        aria-describedby={noteId}
        onChange={(event) => onChange({ catches: event.currentTarget.value })}
      />
      <TextInput
        aria-label={`Time that stage ${number} lasts at least`}
        value={row.floor}
        error={faultOf("minSeconds") !== undefined}
        aria-describedby={noteId}
        onChange={(event) => onChange({ floor: event.currentTarget.value })}
      />
      <CloseButton
        aria-label={`Remove stage ${number}`}
        disabled={!canRemove}
        className={rowClasses.remove}
        onClick={onRemove}
      />
      <p
        id={noteId}
        className={rowClasses.estimate}
        data-testid="estimate"
        data-stuck={forecast?.help ? true : undefined}
        data-wrong={wrong.length > 0 || undefined}
      >
        {wrong.length > 0 ? (
          wrong.join(" ")
        ) : forecast && (forecast.seconds !== 0 || !isEverybody) ? (
          <>
            <strong>{sayLength(forecast)}</strong> {forecast.help ?? sayNeed(forecast)}
          </>
        ) : (
          isEverybody && "Everybody: it becomes the default."
        )}
      </p>
    </li>
  );
}
