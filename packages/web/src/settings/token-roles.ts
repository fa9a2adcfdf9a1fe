import type { Schemas } from "../api/types.ts";

export type TokenRole = Schemas["Role"];

export type RoleChoice = {
  readonly role: TokenRole;
  readonly forWhom: string;
  readonly may: string;
  /** Its token always belongs to one environment. */
  readonly isOfOneEnvironment: boolean;
};

/** The roles, the usual choices first. @see docs/guides/tokens.md */
export const ROLE_CHOICES: readonly RoleChoice[] = [
  {
    role: "client",
    forWhom: "A service",
    may: "evaluates flags, follows them, and reports its telemetry",
    isOfOneEnvironment: true,
  },
  {
    role: "operator",
    forWhom: "A person who ships",
    may: "reads everything, changes flags, starts rollouts and takes them back",
    isOfOneEnvironment: false,
  },
  {
    role: "viewer",
    forWhom: "A person who looks",
    may: "reads everything, changes nothing",
    isOfOneEnvironment: false,
  },
  {
    role: "telemetry",
    forWhom: "A collector",
    may: "sends spans and observations, reads nothing",
    isOfOneEnvironment: true,
  },
  {
    role: "admin",
    forWhom: "A keeper of this server",
    may: "may do everything, also make environments and tokens",
    isOfOneEnvironment: false,
  },
];

export function choiceOf(role: TokenRole): RoleChoice | undefined {
  return ROLE_CHOICES.find((choice) => choice.role === role);
}
