import { CliError } from "../cli-error.ts";
import type { Rollout } from "../types.ts";

/** The server's word is trusted as in every answer; only that it is a rollout at all is checked. */
export function parseRollout(data: string): Rollout {
  const value: unknown = JSON.parse(data);
  if (isRollout(value)) return value;
  throw new CliError("The server's stream carries something that is not a rollout.", {
    advice: ["Is the CLI as new as the server? `steadfast --version` tells."],
  });
}

function isRollout(value: unknown): value is Rollout {
  return typeof value === "object" && value !== null && "id" in value && "state" in value && "signals" in value;
}
