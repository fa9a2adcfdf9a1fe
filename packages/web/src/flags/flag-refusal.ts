import { useMe, useOperateRefusal } from "../access/session.ts";

/** Why this person may not change flags in an environment; `null` when they may. */
export function useFlagRefusal(environment: string): string | null {
  const me = useMe();
  const refusal = useOperateRefusal();
  if (refusal !== null || me === null || me.environment === null || me.environment === environment) return refusal;
  return `Your token “${me.name}” is for ${me.environment} only. Sign in with one for ${environment} to do this.`;
}

/** Why this person may not create a flag, which stands in every environment; `null` when they may. */
export function useCreateRefusal(): string | null {
  const me = useMe();
  const refusal = useOperateRefusal();
  if (refusal !== null || me === null || me.environment === null) return refusal;
  return `A flag is created in every environment, and your token “${me.name}” is for ${me.environment} only.`;
}
