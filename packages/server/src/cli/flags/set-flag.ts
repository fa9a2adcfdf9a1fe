import { CliError, usageError } from "../cli-error.ts";
import { errorOf, resultOf } from "../client.ts";
import type { ConnectionOptions, EnvironmentOption, ReasonOption, Session } from "../command.ts";
import { readJsonOption } from "../read-input.ts";
import { agoText } from "../terminal/figures.ts";
import type { FlagState, WriteFlagBody } from "../types.ts";
import { readVariants } from "./variant-input.ts";

export type SetOptions = ConnectionOptions &
  EnvironmentOption &
  ReasonOption & {
    readonly state?: "ENABLED" | "DISABLED";
    readonly default?: string;
    readonly targeting?: string;
    readonly variants?: readonly string[];
    readonly ifMatch?: number;
  };

const FLAG_PATH = "/api/v1/environments/{environment}/flags/{key}";
const PRECONDITION_FAILED = 412;

/**
 * Writes what was given; what was not stays. The version read just before (or `--if-match`) guards the write.
 *
 * @throws {CliError} on a conflict it names who changed the flag, when and why.
 */
export async function setFlag(session: Session, key: string, options: SetOptions, reason: string): Promise<FlagState> {
  const body = await bodyOf(options, reason);
  const path = { environment: options.environment, key };
  const readState = () => resultOf(session.api.GET(FLAG_PATH, { params: { path } }));
  const version = options.ifMatch ?? (await readState()).version;

  const answer = await session.api.PUT(FLAG_PATH, {
    params: { path, header: { "if-match": `"${version}"` } },
    body,
  });
  if (answer.response.status === PRECONDITION_FAILED) {
    throw changedSince(await readState(), version, errorOf(answer.response, answer.error), session.io.nowMs());
  }
  return await resultOf(Promise.resolve(answer));
}

async function bodyOf(options: SetOptions, reason: string): Promise<WriteFlagBody> {
  const change = {
    ...(options.state === undefined ? {} : { state: options.state }),
    ...(options.default === undefined ? {} : { defaultVariant: options.default }),
    ...(options.targeting === undefined ? {} : { targeting: await readJsonOption("--targeting", options.targeting) }),
    ...(options.variants === undefined ? {} : { variants: await readVariants(options.variants) }),
  };
  if (Object.keys(change).length === 0) {
    throw usageError("There is nothing to change.", "Give --state, --default, --targeting or --variants.");
  }
  return { ...change, reason };
}

function changedSince(now: FlagState, version: number, refusal: CliError, nowMs: number): CliError {
  const why = now.reason === null ? "" : ` (${now.reason})`;
  return new CliError(
    `${now.key} in ${now.environment} is at version ${now.version}, not ${version}: ${now.updatedBy.name} changed it ${agoText(now.updatedAt, nowMs)}${why}.`,
    {
      exitCode: refusal.exitCode,
      ...(refusal.problem === undefined ? {} : { problem: refusal.problem }),
      advice: [
        `See what changed: steadfast flag history ${now.key} --environment ${now.environment}`,
        "Then run the command again; without --if-match it changes the newest version.",
      ],
    },
  );
}
