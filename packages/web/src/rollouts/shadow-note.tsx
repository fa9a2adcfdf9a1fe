import type { Rollout } from "../api/types.ts";
import { formatCount, formatOdds } from "../ui/format.ts";
import classes from "./shadow-note.module.css";

/** How far the guard can be trusted on this traffic: what it made of imaginary candidates that are healthy by construction. */
export function ShadowNote({ rollout }: { rollout: Rollout }) {
  const { shadow, guard } = rollout;
  return (
    <section className={classes.note} data-alarm={(shadow?.falseAlarms ?? 0) > 0 || undefined} data-testid="shadow">
      <h2>Does the guard cry wolf?</h2>
      {!shadow || shadow.canaries === 0 ? (
        <p>
          Not known for this traffic: shadow canaries need to know which requests belong together. Send the context id
          with spans, or observations.
        </p>
      ) : (
        <>
          <p>
            {formatCount(shadow.canaries)} imaginary candidates made of healthy traffic were judged alongside.{" "}
            {verdictOf(shadow.falseAlarms, shadow.canaries)}
          </p>
          <dl>
            <div>
              <dt>Shadow canaries</dt>
              <dd>{formatCount(shadow.canaries)}</dd>
            </div>
            <div>
              <dt>False alarms</dt>
              <dd>{formatCount(shadow.falseAlarms)}</dd>
            </div>
            <div>
              <dt>Strongest evidence</dt>
              <dd>
                {formatOdds(shadow.maxLogEvidence)}, taken back at {formatCount(1 / guard.alpha)} : 1
              </dd>
            </div>
          </dl>
        </>
      )}
    </section>
  );
}

function verdictOf(falseAlarms: number, canaries: number): string {
  if (falseAlarms === 0) return "None was taken back: the guard does not cry wolf on this traffic.";
  const some = falseAlarms === 1 ? "One of them" : `${formatCount(falseAlarms)} of them`;
  const share = falseAlarms === canaries ? "All of them" : some;
  return `${share} would have been taken back without cause: on this traffic failures come in bursts that the guard does not see. Read an alarm with care, and send observations, which know their users.`;
}
