import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { answerOf, api, doneBy } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import type { Me } from "../api/types.ts";

/** Who is signed in; `null` when nobody is, or it is not known yet. */
export function useMe(): Me | null {
  return useQuery(meQuery).data ?? null;
}

/** Why this person may not change flags and rollouts; `null` when they may. */
export function useOperateRefusal(): string | null {
  const me = useMe();
  if (me === null || me.role === "admin" || me.role === "operator") return null;
  return `Your token “${me.name}” has the role ${me.role}. Sign in with an operator's or an admin's token to do this.`;
}

export function useSession() {
  const queryClient = useQueryClient();
  const router = useRouter();
  return {
    /** @throws {ApiProblem} when the server does not accept the token */
    signIn: async (token: string, returnTo: string) => {
      const me = await answerOf(api.POST("/api/v1/session", { body: { token } }));
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push(returnTo);
    },
    signOut: async () => {
      try {
        await doneBy(api.DELETE("/api/v1/session"));
      } catch (error) {
        // The session has ended already.
        if (!(error instanceof ApiProblem && error.status === 401)) throw error;
      }
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, null);
      await router.navigate({ to: "/sign-in" });
    },
  };
}
