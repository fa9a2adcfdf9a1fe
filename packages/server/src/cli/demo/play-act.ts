import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { resultOf } from "../client.ts";
import { followEvents } from "../event-stream.ts";
import type { Io } from "../io.ts";
import { parseRollout } from "../rollouts/parse-rollout.ts";
import { durationText } from "../terminal/figures.ts";
import type { Rollout, SignalReading } from "../types.ts";
import { type Act, CANDIDATE, DEMO_STAGES, DEMO_WATCH_SECONDS, ENVIRONMENT } from "./acts.ts";
import type { FailureTally } from "./load-tally.ts";
import type { StageSet } from "./stage-set.ts";

/** An act that has not ended by then is a failure of the demo. */
export const ACT_TIMEOUT_SECONDS = 240;
/** After a rollback: time for the shop to apply it and for the last failures to be reported. */
const SETTLE_MS = 3_000;

export type ActResult = { readonly rollout: Rollout; readonly failures: FailureTally };

/**
 * Plays one act to its end.
 *
 * @param onUpdate told of the rollout each time it changed
 * @throws {CliError} when it takes too long or ends otherwise than it should
 */
export async function playAct(
  io: Io,
  set: StageSet,
  act: Act,
  isRepeated: boolean,
  signal: AbortSignal,
  onUpdate: (rollout: Rollout) => void,
): Promise<ActResult> {
  await set.setFaults(act.flag, act.faults);
  set.load.startAct();
  const { id } = await resultOf(
    set.api.POST("/api/v1/rollouts", {
      body: {
        kind: "flag",
        environment: ENVIRONMENT,
        flag: act.flag,
        candidate: CANDIDATE,
        reason: `The demo: ${act.title.toLowerCase()}`,
        stages: [...DEMO_STAGES],
        watchSeconds: DEMO_WATCH_SECONDS,
        ...(isRepeated ? { despiteRollback: "The demo shows it another way" } : {}),
      },
    }),
  );
  const rollout = await followToEnd(io, set, act, id, signal, onUpdate);
  if (rollout.state === "rolled-back") await sleep(SETTLE_MS, undefined, { signal });
  checkEnd(act, rollout);
  return { rollout, failures: set.load.failures() };
}

/** The shop exports its spans every few seconds: those of the candidate's last time must not count for the next. */
const RESET_SETTLE_MS = 8_000;

/** The flag as it was before its act, for the next round. */
export async function resetFlag(set: StageSet, act: Act, signal: AbortSignal): Promise<void> {
  const params = { path: { environment: ENVIRONMENT, key: act.flag } };
  const state = await resultOf(set.api.GET("/api/v1/environments/{environment}/flags/{key}", { params }));
  if (state.definition.defaultVariant !== CANDIDATE) return;
  await resultOf(
    set.api.PUT("/api/v1/environments/{environment}/flags/{key}", {
      params: { path: params.path, header: { "if-match": `"${state.version}"` } },
      body: { defaultVariant: "off", reason: "The demo starts again" },
    }),
  );
  await sleep(RESET_SETTLE_MS, undefined, { signal });
}

async function followToEnd(
  io: Io,
  set: StageSet,
  act: Act,
  id: string,
  signal: AbortSignal,
  onUpdate: (rollout: Rollout) => void,
): Promise<Rollout> {
  const deadline = AbortSignal.timeout(ACT_TIMEOUT_SECONDS * 1_000);
  let last: Rollout | undefined;
  const events = followEvents({
    connection: set.connection,
    path: `/api/v1/rollouts/${id}/stream`,
    fetch: io.fetch,
    signal: AbortSignal.any([signal, deadline]),
    onConnection: () => {},
  });
  for await (const data of events) {
    last = parseRollout(data);
    onUpdate(last);
    if (hasEnded(last)) return last;
  }
  signal.throwIfAborted();
  if (deadline.aborted) {
    throw new CliError(`"${act.title}" (${act.flag}) did not end within ${durationText(ACT_TIMEOUT_SECONDS)}.`, {
      advice: [`It is ${last?.state ?? "unknown"}: ${last?.decision?.sentence ?? "no verdict"}`],
    });
  }
  const rollout = await resultOf(set.api.GET("/api/v1/rollouts/{id}", { params: { path: { id } } }));
  onUpdate(rollout);
  return rollout;
}

function hasEnded(rollout: Rollout): boolean {
  return rollout.state === "completed" || rollout.state === "rolled-back" || rollout.state === "stopped";
}

function checkEnd(act: Act, rollout: Rollout): void {
  if (rollout.state !== act.ends) {
    throw new CliError(`"${act.title}" (${act.flag}) should have been ${act.ends}, and is ${rollout.state}.`, {
      advice: [rollout.endReason ?? rollout.decision?.sentence ?? ""],
    });
  }
  const cause = causeOf(rollout);
  if (act.cause !== undefined && cause !== act.cause) {
    throw new CliError(`"${act.title}" (${act.flag}) was found by ${cause}, and should have been by ${act.cause}.`, {
      advice: [rollout.endReason ?? ""],
    });
  }
}

/** The signal that found it; of evidence that sufficed only together, the strongest. */
function causeOf(rollout: Rollout): string | null {
  const cause = rollout.decision?.cause?.replace(/^signal:/, "") ?? null;
  if (cause !== "combined-evidence") return cause;
  const strength = (signal: SignalReading) => Math.log(signal.weight) + signal.logEvidence;
  return rollout.signals.toSorted((a, b) => strength(b) - strength(a))[0]?.name ?? cause;
}
