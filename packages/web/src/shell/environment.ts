import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useMe } from "../access/session.ts";
import { environmentsQuery } from "../api/queries.ts";
import type { Environment } from "../api/types.ts";

/** The one that is shown when neither the address nor the token names another. */
const FIRST_ENVIRONMENT = "production";

/** The environment that is looked at: the address says it, else the token's own, else production. */
export function useEnvironment(): string {
  const { environment } = useSearch({ strict: false });
  const me = useMe();
  const known = useQuery(environmentsQuery).data ?? [];
  return environment ?? me?.environment ?? fallback(known);
}

function fallback(known: readonly Environment[]): string {
  const hasUsual = known.length === 0 || known.some((each) => each.key === FIRST_ENVIRONMENT);
  return hasUsual ? FIRST_ENVIRONMENT : (known[0]?.key ?? FIRST_ENVIRONMENT);
}
