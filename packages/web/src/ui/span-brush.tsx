import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import classes from "./span-brush.module.css";
import { boundsOf, SPAN_MIN_SECONDS, type SpanEnd, spanAfterKey, type TimeSpan, withEnd } from "./time-span.ts";

type Props = {
  /** What is chosen by it, for those who hear it. */
  readonly label: string;
  readonly whole: TimeSpan;
  /** What is chosen; `undefined`: the whole. */
  readonly chosen: TimeSpan | undefined;
  /** `undefined`: the whole again. Told when the hand or the keyboard rests. */
  readonly onChoose: (span: TimeSpan | undefined) => void;
  readonly format: (seconds: number) => string;
  /** Moments to find one's way by. */
  readonly ticks: readonly number[];
};

/** The keyboard rests when no key was pressed for so long: what is chosen is fetched. */
const REST_MS = 350;
/** A drag over less than this is a tap. */
const DRAG_PIXELS_MIN = 8;

/** What the hand does: it moves an end, or marks a new span from a moment on. */
type Hold = { readonly end: SpanEnd } | { readonly anchor: number; readonly x: number };

/**
 * Chooses a span of a whole by two handles, or by dragging over it: with a mouse, a finger, or the keyboard (WAI-ARIA's slider with two thumbs; Escape shows the whole again).
 */
export function SpanBrush({ label, whole, chosen, onChoose, format, ticks }: Props) {
  const track = useRef<HTMLDivElement>(null);
  const [hold, setHold] = useState<Hold>();
  const [draft, setDraft] = useDraft({ whole, chosen, onChoose }, hold !== undefined);
  const span = draft ?? chosen ?? whole;

  const secondsAt = (clientX: number) => {
    const box = track.current?.getBoundingClientRect();
    const share = box && box.width > 0 ? (clientX - box.left) / box.width : 0;
    return whole.from + Math.min(1, Math.max(0, share)) * (whole.to - whole.from);
  };
  const grip = (event: PointerEvent, held: Hold) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    track.current?.setPointerCapture(event.pointerId);
    setHold(held);
  };
  const drag = ({ clientX }: PointerEvent) => {
    if (!hold) return;
    const at = secondsAt(clientX);
    if ("end" in hold) setDraft(withEnd(span, hold.end, at, whole));
    else if (Math.abs(clientX - hold.x) >= DRAG_PIXELS_MIN) setDraft(between(hold.anchor, at));
  };
  const press = (event: KeyboardEvent, end: SpanEnd) => {
    // With Alt an arrow turns the browser's pages.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const after = spanAfterKey(event.key, end, span, whole);
    if (!after && (event.key !== "Escape" || !(draft ?? chosen))) return;
    event.preventDefault();
    event.stopPropagation();
    setDraft(after);
    if (!after) onChoose(undefined);
  };
  // An address may name a span that reaches beyond the whole.
  const percentOf = (seconds: number) =>
    `${Math.min(100, Math.max(0, (100 * (seconds - whole.from)) / Math.max(1, whole.to - whole.from)))}%`;
  return (
    <fieldset className={classes.brush} data-testid="span-brush">
      <legend>{label}</legend>
      <span aria-hidden>{format(span.from)}</span>
      <div
        ref={track}
        className={classes.track}
        onPointerDown={(event) => grip(event, { anchor: secondsAt(event.clientX), x: event.clientX })}
        onPointerMove={drag}
        onPointerUp={() => setHold(undefined)}
        onPointerCancel={() => {
          setHold(undefined);
          setDraft(undefined);
        }}
      >
        <div className={classes.rail} />
        {ticks.map((tick) => (
          <div key={tick} className={classes.tick} style={{ left: percentOf(tick) }} />
        ))}
        <div
          className={classes.chosen}
          style={{ left: percentOf(span.from), right: `calc(100% - ${percentOf(span.to)})` }}
        />
        {(["from", "to"] as const).map((end) => (
          <Handle
            key={end}
            end={end}
            at={span[end]}
            left={percentOf(span[end])}
            bounds={boundsOf(end, span, whole)}
            format={format}
            onGrip={(event) => grip(event, { end })}
            onPress={(event) => press(event, end)}
          />
        ))}
      </div>
      <span aria-hidden>{format(span.to)}</span>
    </fieldset>
  );
}

/** What the hand or the keyboard has moved to, until it is what is chosen: it is told when they rest. */
function useDraft({ whole, chosen, onChoose }: Pick<Props, "whole" | "chosen" | "onChoose">, isHeld: boolean) {
  const [draft, setDraft] = useState<TimeSpan>();
  const latest = useRef({ whole, onChoose });
  latest.current = { whole, onChoose };
  const isTaken = draft?.from === chosen?.from && draft?.to === chosen?.to;
  useEffect(() => {
    if (isTaken) setDraft(undefined);
  }, [isTaken]);
  useEffect(() => {
    if (!draft || isHeld) return;
    const timer = setTimeout(() => {
      const { whole: all, onChoose: tell } = latest.current;
      const isWhole = draft.from <= all.from && draft.to >= all.to;
      if (isWhole) setDraft(undefined);
      tell(isWhole ? undefined : draft);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [draft, isHeld]);
  return [draft, setDraft] as const;
}

type HandleProps = {
  readonly end: SpanEnd;
  readonly at: number;
  /** Its place, as CSS has it. */
  readonly left: string;
  readonly bounds: readonly [low: number, high: number];
  readonly format: (seconds: number) => string;
  readonly onGrip: (event: PointerEvent) => void;
  readonly onPress: (event: KeyboardEvent) => void;
};

function Handle({ end, at, left, bounds: [low, high], format, onGrip, onPress }: HandleProps) {
  return (
    <div
      role="slider"
      tabIndex={0}
      className={classes.handle}
      style={{ left }}
      aria-label={end === "from" ? "From" : "To"}
      aria-orientation="horizontal"
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={at}
      aria-valuetext={format(at)}
      onPointerDown={onGrip}
      onKeyDown={onPress}
    />
  );
}

function between(one: number, other: number): TimeSpan {
  const from = Math.floor(Math.min(one, other));
  return { from, to: Math.max(Math.ceil(Math.max(one, other)), from + SPAN_MIN_SECONDS) };
}
