import { useQueryClient } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { meQuery } from "../api/queries.ts";
import { ErrorState } from "../ui/page-states.tsx";
import classes from "./shell.module.css";

/** A page that could not be shown at all. */
export function CrashPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const isOurs = error instanceof ApiProblem;
  const retry = () => {
    // A part of the page that could not be fetched comes back only with a new page.
    if (!isOurs) return window.location.reload();
    void queryClient.resetQueries({ queryKey: meQuery.queryKey });
    void router.invalidate();
  };
  return (
    <div className={classes.alone}>
      <ErrorState
        isWholePage
        title={isOurs ? "This page could not be loaded" : "This page failed"}
        error={error}
        onRetry={retry}
      />
    </div>
  );
}
