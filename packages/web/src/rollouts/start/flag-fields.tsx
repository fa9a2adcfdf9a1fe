import { Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FlagState } from "../../api/types.ts";
import type { Draft, Faults } from "./draft.ts";
import classes from "./start-page.module.css";
import { offeredFlagsQuery, type RolloutPreview } from "./start-queries.ts";

const SEARCH_PAUSE_MS = 200;
/** Within the page's landmarks, where a screen reader looks for it. */
const IN_PLACE = { withinPortal: false };
/** As the server bounds it. */
const REASON_MAX_CHARACTERS = 1_000;

type Props = {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly faults: Faults;
  readonly environment: string;
  readonly flag: string;
  readonly candidate: string;
  readonly state: FlagState | undefined;
  readonly preview: RolloutPreview | undefined;
  readonly onFlag: (flag: string) => void;
  readonly onCandidate: (candidate: string) => void;
};

/** What is moved, to what, and why. */
export function FlagFields(props: Props) {
  const { draft, faults, flag, candidate, state, onChange } = props;
  const variants = Object.keys(state?.definition.variants ?? {});
  const baseline = state?.definition.defaultVariant ?? null;
  return (
    <section className={classes.section} aria-labelledby="what">
      <h2 id="what">What</h2>
      <div className={classes.pair}>
        <FlagSelect {...props} />
        <Select
          label="Candidate"
          description={baseline === null ? "The variant that people shall get" : `Instead of ${baseline}`}
          placeholder={flag ? "Choose a variant" : "Choose the flag first"}
          data={variants.map((name) => ({ value: name, label: name, disabled: name === baseline }))}
          value={candidate || null}
          allowDeselect={false}
          comboboxProps={IN_PLACE}
          disabled={variants.length === 0}
          error={faults.get("/candidate")}
          onChange={(value) => value !== null && props.onCandidate(value)}
        />
      </div>
      <Textarea
        label="Reason"
        description="Stands in the journal, for those who come after"
        placeholder="What is new, and why now?"
        autosize
        minRows={1}
        maxRows={5}
        maxLength={REASON_MAX_CHARACTERS}
        value={draft.reason}
        error={faults.get("/reason")}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
      />
      <InTheWay {...props} />
    </section>
  );
}

function FlagSelect({ environment, flag, faults, onFlag }: Props) {
  const [search, setSearch] = useState(flag);
  const [wanted] = useDebouncedValue(search === flag ? "" : search.trim(), SEARCH_PAUSE_MS);
  const flags = useQuery({ ...offeredFlagsQuery(wanted), placeholderData: keepPreviousData });
  const keys = (flags.data ?? []).filter((each) => each.environments[environment]).map(({ key }) => key);
  const offered = flag && !keys.includes(flag) ? [flag, ...keys] : keys;
  return (
    <Select
      label="Flag"
      description={`In ${environment}`}
      placeholder="Search"
      searchable
      data={offered}
      // The server has searched owners and descriptions too.
      filter={({ options }) => options}
      nothingFoundMessage={flags.isPending ? "Looking" : "No flag matches"}
      maxDropdownHeight={280}
      value={flag || null}
      searchValue={search}
      allowDeselect={false}
      comboboxProps={IN_PLACE}
      error={faults.get("/flag")}
      onSearchChange={setSearch}
      onChange={(value) => value !== null && onFlag(value)}
    />
  );
}

/** Where a person's word opens the way, the field for it stands beside what is in the way. */
function InTheWay({ draft, faults, preview, onChange }: Props) {
  const isCoolingDown = preview?.refusals.some(({ code }) => code === "candidate-cooling-down") ?? false;
  const isQueued =
    preview?.waitsFor !== null && preview?.waitsFor !== undefined && preview.waitsFor.flag !== preview.flag;
  return (
    <>
      {(isCoolingDown || draft.despiteRollback !== "") && (
        <TextInput
          label="Try it again in spite of the rollback, because"
          description="It was rolled back recently. Say what is different now, or wait."
          value={draft.despiteRollback}
          error={faults.get("/despiteRollback")}
          onChange={(event) => onChange({ despiteRollback: event.currentTarget.value })}
        />
      )}
      {(isQueued || draft.alongside !== "") && (
        <TextInput
          label="Start beside the other rollout, because"
          description={`${preview?.waitsFor?.why ?? "Another rollout of the service is in flight."} Leave this empty to wait for it.`}
          value={draft.alongside}
          error={faults.get("/alongside")}
          onChange={(event) => onChange({ alongside: event.currentTarget.value })}
        />
      )}
    </>
  );
}
