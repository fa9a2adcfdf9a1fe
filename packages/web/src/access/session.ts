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

/** Why this person may not make environments and tokens; `null` when they may. */
export function useAdministerRefusal(): string | null {
  const me = useMe();
  if (me === null || me.role === "admin") return null;
  return `Your token “${me.name}” has the role ${me.role}. Sign in with an admin's token to do this.`;
}

let isLeaving = false;

/** Whether the person is signing out just now, so that the end of the session is no surprise to them. */
export function isSigningOut(): boolean {
  return isLeaving;
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
      router.history.replace(returnTo);
    },
    signOut: async () => {
      isLeaving = true;
      try {
        await endSession();
        await router.navigate({ to: "/sign-in" });
        queryClient.clear();
        queryClient.setQueryData(meQuery.queryKey, null);
      } finally {
        isLeaving = false;
      }
    },
  };
}

async function endSession(): Promise<void> {
  try {
    await doneBy(api.DELETE("/api/v1/session"));
  } catch (error) {
    // The session has ended already.
    if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  }
}
