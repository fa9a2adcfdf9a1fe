import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useAdministerRefusal } from "../access/session.ts";
import { environmentsQuery } from "../api/queries.ts";
import { useEnvironment } from "../shell/environment.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { ErrorState, LoadingState } from "../ui/page-states.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { CreateEnvironmentDialog } from "./create-environment-dialog.tsx";
import classes from "./settings-list.module.css";

const route = getRouteApi("/signed-in/settings/environments");

/** Where flags are served from; and one more. */
export function EnvironmentsPage() {
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const environments = useQuery(environmentsQuery);
  const looked = useEnvironment();
  const refusal = useAdministerRefusal();
  usePageTitle("Environments");
  const setCreating = (isCreating: boolean) =>
    void navigate({
      replace: true,
      search: ({ create: _before, ...rest }) => (isCreating ? { ...rest, create: true } : rest),
    });

  return (
    <>
      <PageHead title="Environments">
        <GatedButton
          refusal={refusal}
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          Create an environment
        </GatedButton>
      </PageHead>
      <p className={classes.lead}>
        Each environment serves its own version of every flag, and has its own rollouts and tokens.
      </p>
      {environments.isPending && <LoadingState label="Loading the environments" heights={[62, 62]} />}
      {environments.isError && (
        <ErrorState
          title="The environments could not be read"
          error={environments.error}
          onRetry={() => void environments.refetch()}
        />
      )}
      {environments.data && (
        <ul className={classes.list}>
          {environments.data.map(({ key, name, createdAt }) => (
            <li key={key} data-testid="environment" data-environment={key}>
              <div className={classes.what}>
                <h2>{name}</h2>
                <p>
                  {name !== key && (
                    <>
                      <code>{key}</code> ·{" "}
                    </>
                  )}
                  since <RelativeTime at={createdAt} />
                </p>
              </div>
              <p className={classes.end}>
                {key === looked ? (
                  <span className={classes.mark}>You look at it</span>
                ) : (
                  <Link to="/" search={{ environment: key }}>
                    Look at it
                  </Link>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
      {create && refusal === null && environments.data && (
        <CreateEnvironmentDialog environments={environments.data} onClose={() => setCreating(false)} />
      )}
    </>
  );
}
