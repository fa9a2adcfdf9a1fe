import { IconCircleFilled, IconCircleOff, IconRoute } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Flag, FlagState } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./flag-header.module.css";
import { KillSwitch } from "./kill-switch.tsx";
import { servedSentence } from "./served.ts";

type Props = { readonly flag: Flag; readonly state: FlagState | undefined; readonly environmentName: string };

/** What the flag is, what it serves now and to whom, and the way to stop it. */
export function FlagHeader({ flag, state, environmentName }: Props) {
  return (
    <header className={classes.header}>
      <div className={classes.what}>
        <div className={classes.title}>
          <h1>{flag.key}</h1>
          {state && <OnOff isOn={state.definition.state === "ENABLED"} />}
        </div>
        {flag.description && <p>{flag.description}</p>}
        <p className={classes.quiet}>
          {flag.owner ? `Owner ${flag.owner}` : "No owner"} · {flag.service ? `service ${flag.service}` : "any service"}{" "}
          · created <RelativeTime at={flag.createdAt} />
        </p>
      </div>
      {state && (
        <div className={classes.actions}>
          {!state.rollout && state.definition.state === "ENABLED" && (
            <Link
              className={classes.start}
              to="/rollouts/new"
              search={{ flag: flag.key, environment: state.environment }}
            >
              Start a rollout
            </Link>
          )}
          <KillSwitch state={state} environmentName={environmentName} />
        </div>
      )}
      {state && (
        <div className={classes.served}>
          <p data-testid="served">
            In {environmentName}, {servedSentence(state)}
          </p>
          <p className={classes.quiet}>
            Version {state.version}, written <RelativeTime at={state.updatedAt} /> by {state.updatedBy.name}
            {state.reason && <>: “{state.reason}”</>}
          </p>
          {state.rollout && <RolloutLine rollout={state.rollout} />}
        </div>
      )}
    </header>
  );
}

/** On and off differ in shape and word, not only in colour. */
function OnOff({ isOn }: { isOn: boolean }) {
  return (
    <span className={classes.badge} data-on={isOn}>
      {isOn ? <IconCircleFilled size={10} aria-hidden /> : <IconCircleOff size={14} aria-hidden />}
      {isOn ? "On" : "Switched off"}
    </span>
  );
}

function RolloutLine({ rollout }: { rollout: NonNullable<FlagState["rollout"]> }) {
  return (
    <p className={classes.rollout}>
      <IconRoute size={16} aria-hidden />
      <Link to="/rollouts/$rolloutId" params={{ rolloutId: rollout.id }}>
        A rollout of {rollout.candidate} is {rollout.state} at {formatPercent(rollout.share)}
      </Link>
      <span className={classes.track} aria-hidden>
        <span style={{ width: `${rollout.share * 100}%` }} />
      </span>
    </p>
  );
}
