import { IconCircle, IconCircleFilled, IconCircleOff, IconGitFork, IconRoute } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { FlagState } from "../api/types.ts";
import classes from "./flag-state-cell.module.css";
import { servedBy } from "./served.ts";

/** How a flag stands in one environment, at a glance: by shape, word and colour. */
export function FlagStateCell({ state }: { state: FlagState }) {
  const served = servedBy(state);
  switch (served.kind) {
    case "off":
      return (
        <span className={classes.state} data-kind="off">
          <IconCircleOff size={13} aria-hidden /> switched off
        </span>
      );
    case "rollout":
      return (
        <Link
          className={classes.state}
          data-kind="rollout"
          to="/rollouts/$rolloutId"
          params={{ rolloutId: served.id }}
          search={{ environment: state.environment }}
        >
          <IconRoute size={14} aria-hidden />
          <span>
            {served.share} <code>{served.candidate}</code>
          </span>
        </Link>
      );
    case "rules":
      return (
        <span className={classes.state} data-kind="rules">
          <IconGitFork size={14} aria-hidden />
          <span>
            rules, else <code>{served.otherwise}</code>
          </span>
        </span>
      );
    case "one":
      return (
        <span className={classes.state} data-kind={served.isNothing ? "nothing" : "on"}>
          {served.isNothing ? <IconCircle size={11} aria-hidden /> : <IconCircleFilled size={11} aria-hidden />}
          <code>{served.variant}</code>
        </span>
      );
  }
}
