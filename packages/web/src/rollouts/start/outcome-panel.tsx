import { IconAlertTriangle, IconArrowBackUp, IconInfoCircle, IconPlayerPause } from "@tabler/icons-react";
import { formatCount, formatPercent } from "../../ui/format.ts";
import { basisOf, sayLength, sayPlainly, sayStage, sayTotal, sayTraffic } from "./forecast-words.ts";
import classes from "./outcome-panel.module.css";
import { StageTimeline } from "./stage-timeline.tsx";
import type { RolloutPreview } from "./start-queries.ts";

type Props = {
  readonly preview: RolloutPreview | undefined;
  /** The last one that has a plan. */
  readonly shown: RolloutPreview | undefined;
  /** What is shown is of an earlier state of the form. */
  readonly isOld: boolean;
  readonly error: string | undefined;
};

/** What will happen, before it happens: as a picture and in words. */
export function OutcomePanel({ preview, shown, isOld, error }: Props) {
  const plan = shown?.plan;
  return (
    <section className={classes.panel} aria-label="What will happen" aria-busy={isOld} data-testid="outcome">
      <h2>What will happen</h2>
      {error !== undefined && (
        <p className={classes.note} data-tone="bad">
          <IconAlertTriangle size={16} aria-hidden /> {error}
        </p>
      )}
      {!preview && error === undefined && (
        <p className={classes.quiet}>Choose a flag, and this shows what would happen to it.</p>
      )}
      {preview && <Notes preview={preview} />}
      {shown && plan && (
        <div className={classes.body} data-old={isOld || !preview?.plan || undefined}>
          <p className={classes.total} data-testid="total">
            {sayTotal(plan)}
          </p>
          <StageTimeline stages={plan.stages} />
          <Basis traffic={basisOf(shown)} />
          <ol className={classes.steps}>
            {plan.stages.map((stage, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the plan
              <li key={index}>
                <span>{sayStage(plan, index, shown.candidate)}</span>
                {stage.seconds !== 0 && <span className={classes.quiet}> {capitalised(sayLength(stage))}.</span>}
              </li>
            ))}
          </ol>
          <WhenItHurts preview={shown} plan={plan} />
          <details className={classes.rule}>
            <summary>The flag's rule at the first stage</summary>
            <pre>{JSON.stringify(plan.targeting, null, 2)}</pre>
          </details>
        </div>
      )}
    </section>
  );
}

/** What the estimates rest on. */
function Basis({ traffic }: { traffic: RolloutPreview["traffic"][number] | undefined }) {
  if (!traffic) return null;
  return (
    <p className={classes.quiet}>
      At {sayTraffic(traffic)} from {traffic.source}
      {traffic.lastSecondsAgo !== null && traffic.lastSecondsAgo > 60 && ", which have stopped since"}.
    </p>
  );
}

function Notes({ preview }: { preview: RolloutPreview }) {
  const { refusals, warnings } = preview;
  if (refusals.length + warnings.length === 0) return null;
  return (
    <ul className={classes.notes}>
      {refusals.map(({ code, sentence, path }) => (
        <li key={`${code}${path}${sentence}`} className={classes.note} data-tone="bad" data-code={code}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>
            <strong>It would be refused.</strong> {capitalised(sayPlainly(sentence))}
          </span>
        </li>
      ))}
      {warnings.map(({ code, sentence }) => (
        <li
          key={`${code}${sentence}`}
          className={classes.note}
          data-tone={code === "own-targeting" || code === "queued" ? "info" : "warn"}
          data-code={code}
        >
          {code === "own-targeting" || code === "queued" ? (
            <IconInfoCircle size={16} aria-hidden />
          ) : (
            <IconAlertTriangle size={16} aria-hidden />
          )}
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

function WhenItHurts({ preview, plan }: { preview: RolloutPreview; plan: NonNullable<RolloutPreview["plan"]> }) {
  const odds = formatCount(1 / plan.alpha);
  const names = plan.signals.map(({ name }) => name).join(" and ");
  const first = plan.stages.find(({ share }) => share > 0);
  return (
    <div className={classes.hurts}>
      <h3>
        {plan.onRegression === "freeze" ? (
          <IconPlayerPause size={16} aria-hidden />
        ) : (
          <IconArrowBackUp size={16} aria-hidden />
        )}
        If it hurts
      </h3>
      <p>
        {plan.mode === "dry-run"
          ? `Nothing is done: it is noted that it would have been ${plan.onRegression === "freeze" ? "frozen" : "taken back"}.`
          : plan.onRegression === "freeze"
            ? "It stops where it is and waits for a person."
            : `Everybody has ${preview.baseline === null ? "the old variant" : `“${preview.baseline}”`} again within seconds, without asking anybody.`}{" "}
        That is when the evidence from {names} reaches {odds} : 1, looked at each second
        {first && first.share < 0.5 ? `; at first only ${formatPercent(first.share)} can be hurt` : ""}.
      </p>
    </div>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
