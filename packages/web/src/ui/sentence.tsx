import type { Verdict } from "../api/types.ts";
import classes from "./sentence.module.css";
import { VerdictBadge } from "./state-badge.tsx";

/** What the guard says, in its own words, with its verdict in front. */
export function Sentence({ verdict, text, size }: { verdict?: Verdict | undefined; text: string; size?: "small" }) {
  return (
    <p className={classes.sentence} data-size={size} data-testid="sentence">
      {verdict && <VerdictBadge verdict={verdict} />} <span>{text}</span>
    </p>
  );
}
