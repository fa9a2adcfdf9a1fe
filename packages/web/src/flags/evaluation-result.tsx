import { Link } from "@tanstack/react-router";
import type { FlagEvaluation } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import classes from "./evaluate-panel.module.css";
import { formatJson } from "./format-json.ts";

type Props = {
  readonly evaluation: FlagEvaluation | undefined;
  readonly error: Error | null;
  readonly isDraft: boolean;
};

const REASONS: Readonly<Record<FlagEvaluation["reason"], string>> = {
  STATIC: "There is no rule: everybody gets the default.",
  DEFAULT: "No rule answered, so it is the default.",
  TARGETING_MATCH: "A rule matched; it is marked in the rules.",
  DISABLED: "The flag is switched off: the code's default is used.",
  ERROR: "The rules failed on this context: the code's default is used.",
};

/** What one context is answered, and why. */
export function EvaluationResult({ evaluation, error, isDraft }: Props) {
  if (error) {
    return (
      <p className={classes.fault} role="alert">
        {error.message}
      </p>
    );
  }
  if (!evaluation) return <p className={classes.quiet}>Asking…</p>;
  const { variant, value, reason } = evaluation;
  return (
    <div className={classes.result} data-testid="evaluation" data-variant={variant ?? ""} data-reason={reason}>
      <p className={classes.variant}>
        {variant === null ? "The code's default" : <code>{variant}</code>}
        {isDraft && <span className={classes.tag}>by what is being edited</span>}
      </p>
      {variant !== null && <pre className={classes.value}>{formatJson(value, 36)}</pre>}
      <p>{REASONS[reason]}</p>
      {evaluation.errorMessage && <p className={classes.fault}>{evaluation.errorMessage}.</p>}
      <Bucket evaluation={evaluation} />
      <p className={classes.quiet}>
        Reason <code>{reason}</code>
        {evaluation.rolloutId && (
          <>
            , with the share of{" "}
            <Link to="/rollouts/$rolloutId" params={{ rolloutId: evaluation.rolloutId }}>
              the rollout in flight
            </Link>
          </>
        )}
        . Nothing of this is stored.
      </p>
    </div>
  );
}

/** Where the hash lies, when shares were looked at. */
function Bucket({ evaluation }: { evaluation: FlagEvaluation }) {
  const bucket = evaluation.steps.findLast((step) => step.kind === "bucket");
  if (!bucket) return null;
  if (bucket.position === null) {
    return <p className={classes.quiet}>Shares were looked at, but there is no targetingKey to bucket by.</p>;
  }
  return (
    <div className={classes.bucket}>
      <span>
        Bucket: {formatPercent(bucket.position)} of the way, by <code>{bucket.bucketBy}</code>
      </span>
      <span className={classes.scale} aria-hidden>
        <span style={{ left: `${bucket.position * 100}%` }} />
      </span>
    </div>
  );
}
