import { Button, TextInput } from "@mantine/core";
import { IconFlag, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { environmentsQuery, flagsQuery } from "../api/queries.ts";
import type { Flag } from "../api/types.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { InAClone } from "../ui/in-a-clone.tsx";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { FlagStateCell } from "./flag-state-cell.tsx";
import classes from "./flags-page.module.css";

const route = getRouteApi("/signed-in/flags");

/** Every flag with its owner, its service and how it stands in each environment. */
export function FlagsPage() {
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const flags = useInfiniteQuery({ ...flagsQuery(search), placeholderData: keepPreviousData });
  const items = flags.data?.pages.flatMap((page) => page.items) ?? [];
  const input = useRef<HTMLInputElement>(null);
  usePageTitle("Flags");
  useEffect(() => {
    // The address also changes by links and by going back; while somebody types it only follows.
    if (input.current && input.current !== document.activeElement) input.current.value = search;
  }, [search]);
  const look = (text: string) =>
    void navigate({
      replace: true,
      search: ({ search: _before, ...rest }) => (text ? { ...rest, search: text } : rest),
    });
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Flags</h1>
        <TextInput
          ref={input}
          aria-label="Search flags"
          placeholder="Search"
          leftSection={<IconSearch size={16} aria-hidden />}
          defaultValue={search}
          onChange={(event) => look(event.currentTarget.value)}
        />
      </div>
      {flags.isPending && <LoadingState label="Loading the flags" heights={[52, 52, 52]} />}
      {flags.isError && (
        <ErrorState title="The flags could not be read" error={flags.error} onRetry={() => void flags.refetch()} />
      )}
      {flags.data && items.length === 0 && <NoFlags search={search} />}
      {items.length > 0 && <FlagTable flags={items} />}
      {flags.hasNextPage && (
        <Button variant="default" loading={flags.isFetchingNextPage} onClick={() => void flags.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}

function NoFlags({ search }: { search: string }) {
  if (search) {
    return (
      <EmptyState icon={<IconSearch size={22} aria-hidden />} title={`No flag matches “${search}”`}>
        <p>Keys, descriptions, owners and services are searched. Try a part of one.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconFlag size={22} aria-hidden />} title="There is no flag yet">
      <p>A flag lets code go out before people see it. Create the first one:</p>
      <CommandLines label="Create a flag" lines="steadfast flag create new-checkout --owner payments --service shop" />
      <InAClone />
    </EmptyState>
  );
}

function FlagTable({ flags }: { flags: readonly Flag[] }) {
  const environments = (useQuery(environmentsQuery).data ?? []).filter((each) =>
    flags.some((flag) => flag.environments[each.key]),
  );
  return (
    <ul className={classes.list}>
      {flags.map((flag) => (
        <li key={flag.key} data-testid="flag-row" data-flag={flag.key}>
          <div className={classes.what}>
            <h2>{flag.key}</h2>
            <p>{flag.description}</p>
            <p>
              {[flag.owner && `owner ${flag.owner}`, flag.service && `service ${flag.service}`]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </div>
          <dl className={classes.states}>
            {environments.map((environment) => {
              const state = flag.environments[environment.key];
              return (
                <div key={environment.key}>
                  <dt>
                    <Link to="/" search={{ environment: environment.key }}>
                      {environment.name}
                    </Link>
                  </dt>
                  <dd>{state ? <FlagStateCell state={state} /> : "not here"}</dd>
                </div>
              );
            })}
          </dl>
        </li>
      ))}
    </ul>
  );
}
