import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, isTransient } from "./api-problem.ts";
import { meQuery } from "./queries.ts";

const RETRIES_MAX = 2;

/** Asks again when that may help; and when the session has ended, notes it, so that the shell shows the sign-in page. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiProblem && error.status === 401) client.setQueryData(meQuery.queryKey, null);
      },
    }),
    defaultOptions: {
      queries: { retry: (failures, error) => failures < RETRIES_MAX && isTransient(error), refetchOnWindowFocus: true },
    },
  });
  return client;
}
