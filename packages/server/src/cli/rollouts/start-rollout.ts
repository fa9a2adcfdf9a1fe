import { usageError } from "../cli-error.ts";
import type { ConnectionOptions, EnvironmentOption, ReasonOption } from "../command.ts";
import { type JsonInput, readJsonOption } from "../read-input.ts";
import type { GuardInput, StageInput, StartRolloutBody } from "../types.ts";
import { parseStage } from "./stage-syntax.ts";

export type StartOptions = ConnectionOptions &
  EnvironmentOption &
  ReasonOption & {
    readonly candidate: string;
    readonly stage?: readonly string[];
    readonly stages?: string;
    readonly guard?: string;
    readonly alpha?: number;
    readonly errorRatio?: number;
    readonly errorAdd?: number;
    readonly latencyRatio?: number;
    readonly source?: "spans" | "observations";
    readonly mode?: "act" | "dry-run";
    readonly onRegression?: "roll-back" | "freeze";
    readonly watchFor?: number;
    readonly salt?: string;
    readonly alongside?: string;
    readonly despiteRollback?: string;
    readonly watch?: true;
    readonly preview?: true;
  };

/** The API's body of what the command line says. What is not said is left to the server's defaults. */
export async function startBody(flag: string, options: StartOptions, reason: string): Promise<StartRolloutBody> {
  const stages = await readStages(options);
  const guard = await readGuard(options);
  return {
    kind: "flag",
    environment: options.environment,
    flag,
    candidate: options.candidate,
    reason,
    ...(stages === undefined ? {} : { stages }),
    ...(guard === undefined ? {} : { guard }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.onRegression === undefined ? {} : { onRegression: options.onRegression }),
    ...(options.watchFor === undefined ? {} : { watchSeconds: options.watchFor }),
    ...(options.salt === undefined ? {} : { salt: options.salt }),
    ...(options.alongside === undefined ? {} : { alongside: options.alongside }),
    ...(options.despiteRollback === undefined ? {} : { despiteRollback: options.despiteRollback }),
  };
}

async function readStages(options: StartOptions): Promise<StageInput[] | undefined> {
  if (options.stage !== undefined && options.stages !== undefined) {
    throw usageError("Give the stages once: --stage for each, or --stages as JSON.");
  }
  if (options.stage !== undefined) return options.stage.map(parseStage);
  if (options.stages === undefined) return undefined;
  const stages = await readJsonOption("--stages", options.stages);
  if (!Array.isArray(stages))
    throw usageError("--stages must be a list of stages.", 'Like [{"share":0.1,"minSeconds":60}].');
  return stages.map((stage) => asObject<StageInput>("--stages", stage));
}

/** --guard as it is; else the signals that the single options describe. */
async function readGuard(options: StartOptions): Promise<GuardInput | undefined> {
  const tuned = [options.alpha, options.errorRatio, options.errorAdd, options.latencyRatio, options.source];
  const isTuned = tuned.some((value) => value !== undefined);
  if (options.guard !== undefined) {
    if (isTuned) throw usageError("--guard is the whole guard: leave --alpha, --source and the tolerances to it.");
    return asObject<GuardInput>("--guard", await readJsonOption("--guard", options.guard));
  }
  if (!isTuned) return undefined;
  const alpha = options.alpha === undefined ? {} : { alpha: options.alpha };
  if (tuned.slice(1).every((value) => value === undefined)) return alpha;
  const source = options.source === undefined ? {} : { source: options.source };
  return {
    ...alpha,
    signals: [
      {
        name: "errors",
        kind: "failure-rate",
        ...source,
        tolerance: {
          ...(options.errorRatio === undefined ? {} : { ratio: options.errorRatio }),
          ...(options.errorAdd === undefined ? {} : { add: options.errorAdd }),
        },
      },
      {
        name: "latency",
        kind: "latency",
        ...source,
        tolerance: options.latencyRatio === undefined ? {} : { ratio: options.latencyRatio },
      },
    ],
  };
}

/** The fields are the server's to check: it names every fault with its place. */
function asObject<Fields extends object>(option: string, value: JsonInput): Partial<Fields> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageError(`${option}: ${JSON.stringify(value)} is not an object.`);
  }
  return Object.assign<Partial<Fields>, object>({}, value);
}
