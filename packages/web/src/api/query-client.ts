import { QueryClient } from "@tanstack/react-query";
import { isTransient } from "./api-problem.ts";
import { onSessionOver } from "./client.ts";
import { meQuery } from "./queries.ts";

const RETRIES_MAX = 2;

/** Asks again when that may help; and when the session has ended, notes it, so that the shell shows the sign-in page. */
export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: (failures, error) => failures < RETRIES_MAX && isTransient(error), refetchOnWindowFocus: true },
    },
  });
  onSessionOver(() => client.setQueryData(meQuery.queryKey, null));
  return client;
}
