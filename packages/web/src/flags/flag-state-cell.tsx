import { IconCircleFilled, IconCircleOff, IconGitFork } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { FlagState } from "../api/types.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./flags-page.module.css";

/** How a flag stands in one environment: what people get, who changed it last, and the rollout that moves it. */
export function FlagStateCell({ state }: { state: FlagState }) {
  const { definition } = state;
  const isOn = definition.state === "ENABLED";
  return (
    <>
      <span className={classes.serving} data-on={isOn || undefined}>
        {isOn ? <IconCircleFilled size={9} aria-hidden /> : <IconCircleOff size={12} aria-hidden />}
        {isOn ? (
          <>
            serves <code>{definition.defaultVariant ?? "the code's default"}</code>
            {hasRules(definition.targeting) && (
              <span className={classes.rules}>
                <IconGitFork size={13} aria-hidden /> rules
              </span>
            )}
          </>
        ) : (
          "switched off"
        )}
      </span>
      {state.rolloutId ? (
        <Link to="/rollouts/$rolloutId" params={{ rolloutId: state.rolloutId }}>
          In a rollout
        </Link>
      ) : (
        <span className={classes.quiet}>
          <RelativeTime at={state.updatedAt} /> by {state.updatedBy.name}
        </span>
      )}
    </>
  );
}

function hasRules(targeting: unknown): boolean {
  return typeof targeting === "object" && targeting !== null && Object.keys(targeting).length > 0;
}
