import type { DefinitionFault, FlagDefinition, Json, Parsed } from "../flags/definition.ts";
import { parseAudience } from "../flags/parse.ts";
import { joinAudiences } from "./audience.ts";
import {
  DEFAULT_WATCH_SECONDS,
  type GuardInput,
  type RolloutStage,
  resolveGuard,
  resolveStages,
  type StageInput,
} from "./plan.ts";
import type { RolloutRequest } from "./state.ts";

/** What a person asks for; what is left out has a default. */
export type RolloutInput = {
  readonly environment: string;
  readonly flag: string;
  readonly candidate: string;
  readonly stages?: readonly StageInput[] | undefined;
  readonly guard?: GuardInput | undefined;
  readonly onRegression: RolloutRequest["onRegression"];
  readonly mode: RolloutRequest["mode"];
  readonly watchSeconds?: number | undefined;
  readonly salt?: string | undefined;
  readonly alongside?: string | undefined;
  readonly despiteRollback?: string | undefined;
};

/**
 * The rollout that a person asks for, with every default filled in.
 *
 * @returns all faults otherwise, with JSON pointers into the input
 */
export function composeRequest(
  id: string,
  input: RolloutInput,
  service: string,
  definition: FlagDefinition,
): Parsed<RolloutRequest> {
  const stages = resolveStages(input.stages);
  const guard = resolveGuard(input.guard);
  const faults = [
    ...flagFaults(definition, input.candidate),
    ...(stages.ok ? stages.value.flatMap((stage, index) => audienceFaults(stage.audience, index)) : stages.faults),
    ...(stages.ok ? joinedAudienceFaults(stages.value) : []),
    ...(guard.ok ? [] : guard.faults),
  ];
  if (!stages.ok || !guard.ok || faults.length > 0) return { ok: false, faults };

  return {
    ok: true,
    value: {
      id,
      kind: "flag",
      environment: input.environment,
      flag: input.flag,
      service,
      candidate: input.candidate,
      candidateValue: JSON.stringify(definition.variants[input.candidate]),
      stages: stages.value,
      guard: guard.value,
      onRegression: input.onRegression,
      mode: input.mode,
      watchSeconds: input.watchSeconds ?? DEFAULT_WATCH_SECONDS,
      salt: input.salt ?? input.candidate.replaceAll(/[^A-Za-z0-9._-]/g, "-"),
      bucketing: "fractional-v2",
      alongside: input.alongside ?? null,
      despiteRollback: input.despiteRollback ?? null,
    },
  };
}

/** Why the flag as it stands cannot move people to the candidate; empty when it can. */
export function flagFaults(definition: FlagDefinition, candidate: string): DefinitionFault[] {
  const names = Object.keys(definition.variants).join(", ");
  if (!Object.hasOwn(definition.variants, candidate))
    return [{ path: "/candidate", message: `the flag has no variant "${candidate}"; it has ${names}` }];
  if (definition.state === "DISABLED")
    return [{ path: "/flag", message: "the flag is switched off: set its state to ENABLED first" }];
  if (definition.defaultVariant === null || definition.defaultVariant === undefined)
    return [{ path: "/flag", message: "the flag has no default variant to compare with: set one first" }];
  if (definition.defaultVariant === candidate)
    return [{ path: "/candidate", message: `"${candidate}" is the flag's default already: everybody has it` }];
  return [];
}

function audienceFaults(audience: Json | null, index: number): DefinitionFault[] {
  if (audience === null) return [];
  const parsed = parseAudience(audience);
  if (parsed.ok) return [];
  return parsed.faults.map((fault) => ({ path: `/stages/${index}/audience${fault.path}`, message: fault.message }));
}

/** All audiences are published together at last, in the flag's one rule. */
function joinedAudienceFaults(stages: readonly RolloutStage[]): DefinitionFault[] {
  const joined = joinAudiences(stages);
  if (stages.filter((stage) => stage.audience !== null).length < 2 || joined === null) return [];
  const parsed = parseAudience(joined);
  if (parsed.ok) return [];
  return parsed.faults.map((fault) => ({ path: "/stages", message: `the audiences together: ${fault.message}` }));
}
