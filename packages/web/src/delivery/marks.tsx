import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from "react";
import { markAfterKey, type Place } from "./mark-after-key.ts";
import { MarkHint } from "./mark-hint.tsx";
import classes from "./marks.module.css";

/** Something in a drawing that opens what it stands for. */
export type Mark = Place & {
  readonly key: string;
  /** What it is, as it is shown and read aloud; the first line tells most. */
  readonly text: string;
  /** An address of this dashboard. */
  readonly href: string;
  readonly drawing: ReactNode;
};

type Hinted = { readonly key: string; readonly element: Element; readonly isByKey: boolean };

/**
 * The marks of one drawing, painted in the order given. Each is a link that says what it is; for the keyboard they are one stop, in which the arrow keys lead from
 * one to the next (a roving tabindex) and Enter or Space opens. What a mark is stands beside it while it has the focus or the pointer.
 */
export function Marks({ marks }: { marks: readonly Mark[] }) {
  const router = useRouter();
  const group = useRef<SVGGElement>(null);
  const [currentKey, setCurrentKey] = useState<string>();
  const [hinted, setHinted] = useState<Hinted>();
  const current = indexOf(marks, currentKey) ?? markAfterKey("Home", marks, 0);
  const hintedMark = marks[indexOf(marks, hinted?.key) ?? -1];

  const follow = (event: KeyboardEvent | MouseEvent, { href }: Mark) => {
    event.preventDefault();
    setHinted(undefined);
    // What opens over this page leaves it where it is.
    void router.navigate({ href, resetScroll: !href.startsWith(`${router.latestLocation.pathname}?`) });
  };
  const press = (event: KeyboardEvent, mark: Mark, index: number) => {
    if (isModified(event)) return;
    if (event.key === "Enter" || event.key === " ") follow(event, mark);
    if (event.key === "Escape") setHinted(undefined);
    const next = markAfterKey(event.key, marks, index);
    if (next === undefined) return;
    event.preventDefault();
    const element = group.current?.children[next];
    if (element instanceof SVGElement) element.focus();
  };
  return (
    <>
      <g ref={group}>
        {marks.map((mark, index) => (
          <a
            key={mark.key}
            className={classes.mark}
            href={mark.href}
            aria-label={mark.text.replaceAll("\n", ", ")}
            tabIndex={index === current ? 0 : -1}
            onClick={(event) => !isModified(event) && follow(event, mark)}
            onKeyDown={(event) => press(event, mark, index)}
            onFocus={({ currentTarget: element }) => {
              setCurrentKey(mark.key);
              if (element.matches(":focus-visible")) setHinted({ key: mark.key, element, isByKey: true });
            }}
            onBlur={() => setHinted(undefined)}
            onPointerEnter={({ currentTarget: element }) => setHinted({ key: mark.key, element, isByKey: false })}
            onPointerLeave={() => setHinted(undefined)}
          >
            {mark.drawing}
          </a>
        ))}
      </g>
      {hinted && hintedMark && (
        <MarkHint beside={hinted.element} text={hintedMark.text} isByKey={hinted.isByKey && marks.length > 1} />
      )}
    </>
  );
}

function indexOf(marks: readonly Mark[], key: string | undefined): number | undefined {
  const index = marks.findIndex((mark) => mark.key === key);
  return index === -1 ? undefined : index;
}

/** Then it is the browser's: another tab, another page of its history. */
function isModified({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent | MouseEvent): boolean {
  return altKey || ctrlKey || metaKey || shiftKey;
}
