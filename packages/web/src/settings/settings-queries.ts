import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "../api/client.ts";

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/tokens", { signal })).then((list) => list.items),
  staleTime: 5_000,
});
