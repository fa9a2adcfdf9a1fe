import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconZoomReset } from "@tabler/icons-react";
import { formatClock, formatDuration, formatRelative } from "../../ui/format.ts";
import { useNowMs } from "../../ui/use-now.ts";
import classes from "./chart-toolbar.module.css";
import { type ChartRange, LAST_SECONDS } from "./chart-view.ts";

type Props = {
  readonly isLive: boolean;
  readonly range: ChartRange;
  readonly onRange: (range: ChartRange) => void;
  /** When the view was stopped; `undefined`: it runs. */
  readonly frozenAtMs: number | undefined;
  readonly onFreeze: () => void;
  /** Why the figures could not be read. */
  readonly fault: string | undefined;
};

/** Which span all charts show, and whether they move. */
export function ChartToolbar({ isLive, range, onRange, frozenAtMs, onFreeze, fault }: Props) {
  const isBrushed = range.from !== undefined && range.to !== undefined;
  return (
    <div className={classes.toolbar} data-frozen={frozenAtMs !== undefined || undefined}>
      <h2>Charts</h2>
      {isLive && <SpanChoice range={range} onRange={onRange} />}
      {isBrushed && (
        <button type="button" className={classes.button} onClick={() => onRange({})} data-testid="reset-range">
          <IconZoomReset size={15} aria-hidden />
          {formatClock((range.from ?? 0) * 1_000)} – {formatClock((range.to ?? 0) * 1_000)}
          <span className={classes.spoken}>: show the whole again</span>
        </button>
      )}
      {!isBrushed && <span className={classes.hint}>Drag over a chart, or move the handles, to look closer</span>}
      <span className={classes.end}>
        {fault && (
          <span className={classes.fault} role="status">
            Not updated: {fault}
          </span>
        )}
        {isLive && !isBrushed && <FreezeButton frozenAtMs={frozenAtMs} onFreeze={onFreeze} />}
      </span>
    </div>
  );
}

function SpanChoice({ range, onRange }: Pick<Props, "range" | "onRange">) {
  const isWhole = range.from === undefined && range.last === undefined;
  return (
    <fieldset className={classes.choice}>
      <legend className={classes.spoken}>Span of time</legend>
      <button type="button" aria-pressed={isWhole} onClick={() => onRange({})}>
        Whole
      </button>
      {LAST_SECONDS.map((last) => (
        <button key={last} type="button" aria-pressed={range.last === last} onClick={() => onRange({ last })}>
          <span className={classes.spoken}>Last </span>
          {formatDuration(last)}
        </button>
      ))}
    </fieldset>
  );
}

function FreezeButton({ frozenAtMs, onFreeze }: Pick<Props, "frozenAtMs" | "onFreeze">) {
  const nowMs = useNowMs();
  const isFrozen = frozenAtMs !== undefined;
  return (
    <button
      type="button"
      className={classes.button}
      aria-pressed={isFrozen}
      onClick={onFreeze}
      data-testid="freeze-view"
    >
      {isFrozen ? <IconPlayerPlayFilled size={13} aria-hidden /> : <IconPlayerPauseFilled size={13} aria-hidden />}
      {isFrozen ? `View paused ${formatRelative(frozenAtMs, nowMs)} · resume` : "Pause the view"}
    </button>
  );
}
