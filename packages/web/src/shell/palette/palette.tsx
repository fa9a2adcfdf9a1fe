import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { keepFocusOnPage } from "../../ui/dialog.tsx";
import { Keys } from "../../ui/keys.tsx";
import { arrange, type Entry, type EntryGroup } from "./entry.ts";
import classes from "./palette.module.css";
import { noteRecent, readRecent } from "./recent.ts";
import { useEntries } from "./use-entries.ts";

/** The server is asked when nobody has typed for so long. */
const SEARCH_AFTER_MS = 120;

/** How far PageUp and PageDown go. */
const PAGE_STEPS = 6;

type Props = {
  /** What is typed; held outside, where typing begins before this is drawn. */
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly onClose: () => void;
};

/** One field that finds every page, flag, rollout and action: a combobox over a list (WAI-ARIA), worked by keys alone. */
export function Palette({ query, onQuery, onClose }: Props) {
  const [chosenId, setChosenId] = useState<string>();
  const [recent] = useState(readRecent);
  const [search] = useDebouncedValue(query.trim(), SEARCH_AFTER_MS);
  const { entries, isSearching, fault } = useEntries(search, recent);
  const groups = arrange(entries, query, recent);
  const shown = groups.flatMap((group) => group.entries);
  const active = shown.find(({ id }) => id === chosenId) ?? shown[0];
  const listId = useId();
  const optionId = (entry: Entry) => `${listId}-${entry.id}`;

  const run = (entry: Entry) => {
    if (entry.refusal) return;
    noteRecent(entry.id);
    onClose();
    entry.run();
    window.setTimeout(keepFocusOnPage);
  };
  const move = (steps: number) => {
    const at = active ? shown.indexOf(active) : 0;
    // One step wraps around; a jump stops at the ends.
    const to = Math.abs(steps) === 1 ? (at + steps + shown.length) % shown.length : clamp(at + steps, shown.length - 1);
    setChosenId(shown[to]?.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const steps = STEPS[event.ctrlKey ? `Ctrl+${event.key}` : event.key];
    if (steps !== undefined && shown.length > 0) {
      event.preventDefault();
      move(steps);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      run(active);
    }
  };

  return (
    <Modal.Root opened onClose={onClose} size={640} yOffset="12vh" transitionProps={{ duration: 90 }}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label="Search pages, flags, rollouts and actions" className={classes.palette}>
        <div className={classes.field}>
          <IconSearch size={18} aria-hidden />
          <input
            data-autofocus
            type="text"
            role="combobox"
            aria-label="Search pages, flags, rollouts and actions"
            aria-expanded
            aria-autocomplete="list"
            aria-controls={listId}
            aria-activedescendant={active ? optionId(active) : undefined}
            placeholder="Search pages, flags, rollouts, actions"
            autoComplete="off"
            spellCheck={false}
            enterKeyHint="go"
            value={query}
            onChange={(event) => {
              onQuery(event.currentTarget.value);
              setChosenId(undefined);
            }}
            onKeyDown={onKeyDown}
          />
          <button type="button" className={classes.close} onClick={onClose}>
            <Keys keys={["Esc"]} />
            <span className={classes.spoken}>Close</span>
          </button>
        </div>
        <div id={listId} role="listbox" aria-label="Results" className={classes.list} tabIndex={-1}>
          {groups.map((group) => (
            <Options
              key={group.group}
              group={group}
              active={active}
              optionId={optionId}
              onRun={run}
              onChoose={setChosenId}
            />
          ))}
        </div>
        {shown.length === 0 && (
          <p className={classes.nothing}>{isSearching ? "Searching …" : `Nothing matches “${query.trim()}”.`}</p>
        )}
        {Boolean(fault) && (
          <p className={classes.fault} role="alert">
            Flags and rollouts could not be searched: {fault instanceof Error ? fault.message : String(fault)}
          </p>
        )}
        <output className={classes.spoken}>{spokenCount(shown.length, query)}</output>
      </Modal.Content>
    </Modal.Root>
  );
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  "Ctrl+n": 1,
  "Ctrl+p": -1,
  PageDown: PAGE_STEPS,
  PageUp: -PAGE_STEPS,
};

type OptionsProps = {
  readonly group: EntryGroup;
  readonly active: Entry | undefined;
  readonly optionId: (entry: Entry) => string;
  readonly onRun: (entry: Entry) => void;
  readonly onChoose: (id: string) => void;
};

function Options({ group: { group, entries }, active, optionId, onRun, onChoose }: OptionsProps) {
  const titleId = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
    <div role="group" aria-labelledby={titleId}>
      <div id={titleId} className={classes.group} role="presentation">
        {group}
      </div>
      {entries.map((entry) => (
        <Option
          key={entry.id}
          id={optionId(entry)}
          entry={entry}
          isActive={entry === active}
          onRun={() => onRun(entry)}
          onPoint={() => onChoose(entry.id)}
        />
      ))}
    </div>
  );
}

type OptionProps = {
  readonly id: string;
  readonly entry: Entry;
  readonly isActive: boolean;
  readonly onRun: () => void;
  readonly onPoint: () => void;
};

function Option({ id, entry, isActive, onRun, onPoint }: OptionProps) {
  const { label, hint, refusal, keys, Icon, areKeysSequence } = entry;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field, which has the focus
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
    <div
      ref={element}
      id={id}
      role="option"
      aria-selected={isActive}
      aria-disabled={Boolean(refusal)}
      className={classes.option}
      onClick={onRun}
      onPointerMove={isActive ? undefined : onPoint}
    >
      <Icon size={17} stroke={1.7} aria-hidden />
      <span className={classes.label}>{label}</span>
      <span className={classes.hint}>{refusal ?? hint}</span>
      {keys && (
        <span aria-hidden className={classes.keys}>
          <Keys keys={keys} then={areKeysSequence ?? false} />
        </span>
      )}
    </div>
  );
}

function clamp(at: number, last: number): number {
  return Math.max(0, Math.min(last, at));
}

function spokenCount(count: number, query: string): string {
  if (query.trim() === "") return "";
  return count === 1 ? "1 result" : `${count} results`;
}
