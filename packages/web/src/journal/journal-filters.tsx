import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useId, useRef } from "react";
import type { JournalEvent } from "../api/types.ts";
import classes from "./journal-filters.module.css";
import { isKind, isSpan, type JournalFilters, KINDS, readAbout, SPANS } from "./journal-search.ts";

const SEARCH_PAUSE_MS = 250;

type Props = {
  readonly filters: JournalFilters;
  /** What is loaded: gives the names of ids, and who there is to choose. */
  readonly events: readonly JournalEvent[];
  readonly onChange: (filters: JournalFilters) => void;
};

/** What narrows the journal. All of it stands in the address. */
export function JournalFilterBar({ filters, events, onChange }: Props) {
  const { kind, about, by, since, text, ...rest } = filters;
  const searchId = useId();
  const search = useRef<HTMLInputElement>(null);
  const change = (more: { readonly [name in keyof JournalFilters]?: JournalFilters[name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...more }));
  const look = useDebouncedCallback((words: string) => change({ text: words.trim() || undefined }), SEARCH_PAUSE_MS);
  useEffect(() => {
    // The address also changes by links and by going back; while somebody types it only follows.
    if (search.current && search.current !== document.activeElement) search.current.value = text ?? "";
  }, [text]);
  const actors = new Map(events.map(({ actor }) => [actor.id, actor.name]));
  if (by !== undefined && !actors.has(by)) actors.set(by, by);
  return (
    <search className={classes.bar} aria-label="Filter the journal">
      <label>
        <span className={classes.label}>Kind</span>
        <select
          value={kind ?? ""}
          onChange={({ currentTarget: { value } }) => change({ kind: isKind(value) ? value : undefined })}
        >
          <option value="">Everything</option>
          {Object.entries(KINDS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className={classes.label}>By</span>
        <select value={by ?? ""} onChange={({ currentTarget: { value } }) => change({ by: value || undefined })}>
          <option value="">Anybody</option>
          {[...actors].map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className={classes.label}>When</span>
        <select
          value={since ?? ""}
          onChange={({ currentTarget: { value } }) => change({ since: isSpan(value) ? value : undefined })}
        >
          <option value="">At any time</option>
          {Object.entries(SPANS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <div className={classes.text}>
        <label htmlFor={searchId}>
          <span className={classes.label}>Reason</span>
        </label>
        <TextInput
          id={searchId}
          ref={search}
          placeholder="Search in reasons"
          leftSection={<IconSearch size={15} aria-hidden />}
          maxLength={100}
          defaultValue={text ?? ""}
          onChange={(event) => look(event.currentTarget.value)}
        />
      </div>
      {about !== undefined && (
        <Button
          variant="light"
          size="xs"
          className={classes.chip}
          rightSection={<IconX size={13} aria-hidden />}
          aria-label={`No longer only about ${nameOf(about, events)}`}
          onClick={() => onChange(withoutEmpty({ ...rest, kind, by, since, text }))}
        >
          About {nameOf(about, events)}
        </Button>
      )}
    </search>
  );
}

function withoutEmpty(filters: { readonly [name in keyof JournalFilters]?: JournalFilters[name] | undefined }) {
  const { kind, about, by, since, text } = filters;
  return {
    ...(kind ? { kind } : {}),
    ...(about ? { about } : {}),
    ...(by ? { by } : {}),
    ...(since ? { since } : {}),
    ...(text ? { text } : {}),
  };
}

/** `rollout new-checkout`, also where the address only has an id. */
function nameOf(about: string, events: readonly JournalEvent[]): string {
  const { kind, id } = readAbout(about);
  const known = events.find(({ subject }) => subject.kind === kind && subject.id === id)?.subject.name;
  return `${kind} ${known ?? id}`;
}
