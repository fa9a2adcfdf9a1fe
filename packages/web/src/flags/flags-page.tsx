import { IconFlag, IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { environmentsQuery } from "../api/queries.ts";
import { useEnvironment } from "../shell/environment.ts";
import { CommandLines } from "../ui/command-lines.tsx";
import { formatCount } from "../ui/format.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { InAClone } from "../ui/in-a-clone.tsx";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { CreateFlagDialog } from "./create-flag-dialog.tsx";
import { FlagFilterBar } from "./flag-filters.tsx";
import { flagListQuery } from "./flag-queries.ts";
import { useCreateRefusal } from "./flag-refusal.ts";
import type { FlagFilters } from "./flag-search.ts";
import { FlagTable } from "./flag-table.tsx";
import classes from "./flags-page.module.css";
import { useFlagChanges } from "./use-flag-changes.ts";

const route = getRouteApi("/signed-in/flags");

/** Every flag with its owner, its service and how it stands in each environment. */
export function FlagsPage() {
  const { create, environment: _named, ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const environment = useEnvironment();
  const refusal = useCreateRefusal();
  const environments = useQuery(environmentsQuery).data ?? [];
  const flags = useInfiniteQuery({ ...flagListQuery(environment, filters), placeholderData: keepPreviousData });
  const items = flags.data?.pages.flatMap((page) => page.items) ?? [];
  const total = flags.data?.pages[0]?.total ?? 0;
  usePageTitle("Flags");
  useFlagChanges();

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = flags;
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const open = (isOpen: boolean) =>
    void navigate({ search: ({ create: _before, ...rest }) => (isOpen ? { ...rest, create: true } : rest) });
  const narrow = (next: FlagFilters) =>
    void navigate({ replace: true, search: (before) => ({ ...kept(before), ...next }) });

  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Flags</h1>
        {flags.data && (
          <output className={classes.count}>{total === 1 ? "1 flag" : `${formatCount(total)} flags`}</output>
        )}
        <GatedButton
          className={classes.create}
          refusal={refusal}
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => open(true)}
        >
          Create a flag
        </GatedButton>
      </div>
      <FlagFilterBar
        filters={filters}
        environmentName={environments.find((each) => each.key === environment)?.name ?? environment}
        onChange={narrow}
      />
      {flags.isPending && <LoadingState label="Loading the flags" heights={[66, 66, 66, 66]} />}
      {flags.isError && (
        <ErrorState title="The flags could not be read" error={flags.error} onRetry={() => void flags.refetch()} />
      )}
      {flags.data && items.length === 0 && <NoFlags filters={filters} onClear={() => narrow({})} />}
      {items.length > 0 && (
        <FlagTable
          flags={items}
          environments={environments.filter((each) => items.some((flag) => flag.environments[each.key]))}
          environment={environment}
          total={total}
          onNearEnd={readOn}
        />
      )}
      {create && refusal === null && <CreateFlagDialog environments={environments} onClose={() => open(false)} />}
    </div>
  );
}

/** What a change of the filters does not touch. */
function kept({ environment }: { environment?: string }) {
  return environment === undefined ? {} : { environment };
}

function NoFlags({ filters, onClear }: { filters: FlagFilters; onClear: () => void }) {
  if (Object.keys(filters).some((name) => name !== "sort")) {
    const words = filters.search ? ` “${filters.search}”` : " these filters";
    return (
      <EmptyState icon={<IconSearch size={22} aria-hidden />} title={`No flag matches${words}`}>
        <p>Keys, descriptions, owners and services are searched. Try a part of one, or look at all flags.</p>
        <button type="button" className={classes.clear} onClick={onClear}>
          Show all flags
        </button>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<IconFlag size={22} aria-hidden />} title="There is no flag yet">
      <p>A flag lets code go out before people see it. Create the first one here, or from a terminal:</p>
      <CommandLines label="Create a flag" lines="steadfast flag create new-checkout --owner payments --service shop" />
      <InAClone />
    </EmptyState>
  );
}
