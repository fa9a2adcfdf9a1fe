import { IconFlagOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { environmentsQuery } from "../api/queries.ts";
import type { Flag, FlagState } from "../api/types.ts";
import { useEnvironment } from "../shell/environment.ts";
import { EmptyState, ErrorState, LoadingState } from "../ui/page-states.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { CodeView } from "./code-view.tsx";
import { EnvironmentCards } from "./environment-cards.tsx";
import { FlagHeader } from "./flag-header.tsx";
import { FlagHistory } from "./flag-history.tsx";
import classes from "./flag-page.module.css";
import { flagQuery } from "./flag-queries.ts";
import type { FlagView } from "./flag-search.ts";
import { TargetingView } from "./targeting-view.tsx";
import { useFlagChanges } from "./use-flag-changes.ts";

const VIEWS: readonly { readonly view: FlagView; readonly label: string }[] = [
  { view: "targeting", label: "Targeting" },
  { view: "history", label: "History" },
  { view: "code", label: "Code" },
];

const route = getRouteApi("/signed-in/flags/$key");

/** One flag: what is served, by which rules, since when and why, and the code that asks for it. */
export function FlagPage() {
  const { key } = route.useParams();
  const environment = useEnvironment();
  const flag = useQuery(flagQuery(key));
  usePageTitle(key);
  useFlagChanges();
  if (flag.data) return <FlagDetails key={`${environment}/${key}`} flag={flag.data} environment={environment} />;
  if (flag.isPending) return <LoadingState label="Loading the flag" heights={[30, 110, 96, 300]} />;
  if (flag.error instanceof ApiProblem && flag.error.status === 404) return <NoFlag name={key} />;
  return (
    <ErrorState isWholePage title="The flag could not be read" error={flag.error} onRetry={() => void flag.refetch()} />
  );
}

function NoFlag({ name }: { name: string }) {
  return (
    <EmptyState isWholePage icon={<IconFlagOff size={22} aria-hidden />} title={`There is no flag “${name}”`}>
      <p>It may be spelt otherwise, or have been created elsewhere.</p>
      <Link to="/flags" search={{ search: name }}>
        Search for it among all flags
      </Link>
    </EmptyState>
  );
}

function FlagDetails({ flag, environment }: { flag: Flag; environment: string }) {
  const environments = useQuery(environmentsQuery).data ?? [];
  const state = flag.environments[environment];
  return (
    <div className={classes.page} data-flag={flag.key} data-version={state?.version}>
      <p className={classes.crumbs}>
        <Link to="/flags">Flags</Link>
      </p>
      <FlagHeader flag={flag} state={state} environmentName={nameOf(environment, environments)} />
      <EnvironmentCards flag={flag} environments={environments} chosen={environment} />
      {state ? (
        <FlagViews flag={flag} state={state} />
      ) : (
        <EmptyState icon={<IconFlagOff size={22} aria-hidden />} title={`The flag does not stand in ${environment}`}>
          <p>Choose one of its environments above.</p>
        </EmptyState>
      )}
    </div>
  );
}

function FlagViews({ flag, state }: { flag: Flag; state: FlagState }) {
  const { view = "targeting" } = route.useSearch();
  return (
    <>
      <nav className={classes.views} aria-label="Parts of the flag">
        {VIEWS.map((each) => (
          <Link
            key={each.view}
            to="/flags/$key"
            params={{ key: flag.key }}
            search={({ version: _open, language: _chosen, ...rest }) => ({ ...rest, view: each.view })}
            aria-current={each.view === view ? "page" : undefined}
            resetScroll={false}
          >
            {each.label}
          </Link>
        ))}
      </nav>
      {view === "targeting" && <TargetingView flag={flag} state={state} />}
      {view === "history" && <FlagHistory state={state} />}
      {view === "code" && <CodeView state={state} />}
    </>
  );
}

function nameOf(key: string, environments: readonly { readonly key: string; readonly name: string }[]): string {
  return environments.find((each) => each.key === key)?.name ?? key;
}
