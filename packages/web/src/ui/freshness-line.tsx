import type { Freshness } from "../api/freshness.ts";
import { formatRelative } from "./format.ts";
import classes from "./freshness-line.module.css";
import { useNowMs } from "./use-now.ts";

/** Up to this age what is streamed each second counts as now. */
const FRESH_MS = 4_000;

type Props = {
  readonly freshness: Freshness;
  /** For what is asked for less often than it is streamed. */
  readonly freshMs?: number;
};

/** Whether what is shown is of this moment. Said aloud only when the connection changes, not each second. */
export function FreshnessLine({ freshness, freshMs = FRESH_MS }: Props) {
  const nowMs = useNowMs();
  const { state, lastMessageAtMs } = freshness;
  const age = lastMessageAtMs === null ? "" : `updated ${formatRelative(lastMessageAtMs, nowMs)}`;
  const isFresh = lastMessageAtMs !== null && nowMs - lastMessageAtMs < freshMs;
  return (
    <span className={classes.line} data-state={state} data-testid="freshness">
      <span className={classes.dot} aria-hidden />
      <output className={classes.spoken}>{SPOKEN[state]}</output>
      <span aria-hidden>
        {state === "live" && (isFresh || !age ? "Live" : `Live · ${age}`)}
        {state === "connecting" && "Connecting"}
        {state === "reconnecting" && (age ? `Reconnecting · last ${age}` : "Reconnecting")}
      </span>
    </span>
  );
}

const SPOKEN = {
  live: "Live",
  connecting: "Connecting",
  reconnecting: "Connection lost: what is shown may be old. Reconnecting.",
} as const;
