import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api } from "../../api/client.ts";

/** Somebody who has just given a forge the address waits for its first word. */
const REFETCH_MS = 5_000;

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/sources", { signal })).then((list) => list.items),
  staleTime: REFETCH_MS,
  refetchInterval: REFETCH_MS,
});

/** Does what a dialog asks for, then has the lists that changed read anew; a refusal is told beside what asked for it. */
export function useAsked(changed: readonly string[]) {
  const queryClient = useQueryClient();
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const ask = async (act: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    try {
      await act();
      for (const name of changed) void queryClient.invalidateQueries({ queryKey: [name] });
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return { ask, fault, isBusy };
}
