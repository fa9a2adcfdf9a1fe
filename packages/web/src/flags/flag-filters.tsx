import { NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { flagFacetsQuery } from "./flag-queries.ts";
import { FLAG_SORTS, FLAG_STATES, type FlagFilters } from "./flag-search.ts";
import classes from "./flags-page.module.css";

const STATE_LABELS = { on: "Switched on", off: "Switched off", "in-rollout": "In a rollout" } as const;
const SORT_LABELS = { key: "By name", changed: "Last change first", owner: "By owner", service: "By service" } as const;

type Props = {
  readonly filters: FlagFilters;
  /** The name of the environment whose states the filter looks at. */
  readonly environmentName: string;
  readonly onChange: (filters: FlagFilters) => void;
};

/** What the list is narrowed to and how it is sorted; all of it stands in the address. */
export function FlagFilterBar({ filters, environmentName, onChange }: Props) {
  const facets = useQuery(flagFacetsQuery).data;
  const input = useRef<HTMLInputElement>(null);
  const { search = "" } = filters;
  useEffect(() => {
    // The address also changes by links and by going back; while somebody types it only follows.
    if (input.current && input.current !== document.activeElement) input.current.value = search;
  }, [search]);
  const set = (name: keyof FlagFilters, value: string) => {
    const { [name]: _before, ...rest } = filters;
    onChange(value === "" ? rest : { ...rest, [name]: value });
  };
  return (
    <search className={classes.filters}>
      <TextInput
        ref={input}
        className={classes.search}
        aria-label="Search flags"
        placeholder="Search"
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={search}
        onChange={(event) => set("search", event.currentTarget.value)}
      />
      <NativeSelect
        aria-label="Owner"
        value={filters.owner ?? ""}
        onChange={(event) => set("owner", event.currentTarget.value)}
        data={choices("Every owner", facets?.owners, filters.owner)}
      />
      <NativeSelect
        aria-label="Service"
        value={filters.service ?? ""}
        onChange={(event) => set("service", event.currentTarget.value)}
        data={choices("Every service", facets?.services, filters.service)}
      />
      <NativeSelect
        aria-label={`State in ${environmentName}`}
        value={filters.state ?? ""}
        onChange={(event) => set("state", event.currentTarget.value)}
        data={[
          { value: "", label: "Every state" },
          ...FLAG_STATES.map((value) => ({ value, label: `${STATE_LABELS[value]} in ${environmentName}` })),
        ]}
      />
      <NativeSelect
        aria-label="Sorted"
        value={filters.sort ?? "key"}
        onChange={(event) => set("sort", event.currentTarget.value === "key" ? "" : event.currentTarget.value)}
        data={FLAG_SORTS.map((value) => ({ value, label: SORT_LABELS[value] }))}
      />
    </search>
  );
}

type NameCount = { readonly name: string; readonly flags: number };

function choices(all: string, names: readonly NameCount[] = [], chosen: string | undefined) {
  const isMissing = chosen !== undefined && !names.some(({ name }) => name === chosen);
  return [
    { value: "", label: all },
    ...names.map(({ name, flags }) => ({ value: name, label: `${name} (${flags})` })),
    ...(isMissing ? [{ value: chosen, label: chosen }] : []),
  ];
}
