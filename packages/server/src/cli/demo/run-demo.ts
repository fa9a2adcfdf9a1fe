import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { countText, durationText } from "../terminal/figures.ts";
import { ACTS } from "./acts.ts";
import { createNarrator, type Narrator } from "./narrator.ts";
import { playAct, resetFlag } from "./play-act.ts";
import { buildStageSet, REQUESTS_PER_SECOND, type StageSet } from "./stage-set.ts";

/** Healthy traffic before the first act: the guard chooses its bets by it. */
const WARM_UP_SECONDS = 10;
const WARM_UP_SECONDS_MAX = 60;
/** Users that do not reach this part of the planned rate make no meaningful demo. */
const RATE_LEAST = 0.8;
const BETWEEN_ROUNDS_SECONDS = 15;

/**
 * Plays the demo, once or until Ctrl-C. Whatever it started has ended when it returns.
 *
 * @throws {CliError} when an act ends otherwise than it should, or a process crashes
 */
export async function runDemo(io: Io, options: { readonly isOnce: boolean; readonly port: number }): Promise<void> {
  const stop = new AbortController();
  const narrator = createNarrator(io);
  let interrupts = 0;
  const forget = io.onInterrupt(() => {
    interrupts += 1;
    if (interrupts > 1) io.exitNow(EXIT_CODES.interrupted);
    stop.abort(new Interrupted());
  });
  let set: StageSet | undefined;
  let isKept = true;
  try {
    narrator.say("", "  Starting a server, a shop and its users …");
    set = await buildStageSet(io, options.port, stop.signal, (error) => stop.abort(error));
    narrator.open(set);
    await warmUp(set, narrator, stop.signal);
    await playRounds(io, set, narrator, options.isOnce, stop.signal);
    isKept = false;
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    isKept = !(reason instanceof Interrupted);
    narrator.close();
    if (reason instanceof Interrupted) {
      narrator.say("", "  Ending the demo …");
      // Without --once, Ctrl-C is how the demo ends.
      if (options.isOnce) io.setExitCode(EXIT_CODES.interrupted);
      return;
    }
    throw set === undefined ? reason : withLogs(reason, set.folder);
  } finally {
    narrator.close();
    await set?.strike(isKept);
    forget();
  }
}

class Interrupted extends Error {}

async function warmUp(set: StageSet, narrator: Narrator, signal: AbortSignal): Promise<void> {
  narrator.say("", `  ${WARM_UP_SECONDS} seconds of ordinary traffic first …`);
  const first = set.load.reportedSeconds();
  for (let waited = 0; waited < WARM_UP_SECONDS_MAX; waited += 1) {
    await sleep(1_000, undefined, { signal });
    if (set.load.reportedSeconds() - first >= WARM_UP_SECONDS) break;
  }
  const rate = set.load.requestsPerSecond();
  if (rate >= REQUESTS_PER_SECOND * RATE_LEAST) return;
  throw new CliError(
    `The users make ${countText(rate)} requests a second, not the planned ${REQUESTS_PER_SECOND}: too few for the demo.`,
    { advice: ["This machine is busy with something else; try again when it is not."] },
  );
}

async function playRounds(
  io: Io,
  set: StageSet,
  narrator: Narrator,
  isOnce: boolean,
  signal: AbortSignal,
): Promise<void> {
  const rolledBack = new Set<string>();
  for (;;) {
    const startedAtMs = io.nowMs();
    for (const [index, act] of ACTS.entries()) {
      narrator.startAct(act, index + 1);
      await resetFlag(set, act, signal);
      const isRepeated = rolledBack.has(act.flag);
      const result = await playAct(io, set, act, isRepeated, signal, (rollout) => narrator.update(rollout));
      if (act.ends === "rolled-back") rolledBack.add(act.flag);
      narrator.endAct(act, result);
    }
    const took = durationText((io.nowMs() - startedAtMs) / 1_000);
    narrator.say("", `  All ${ACTS.length} ended as they should, in ${took}. Nobody touched anything.`);
    if (isOnce) return;
    narrator.say(`  Again in ${BETWEEN_ROUNDS_SECONDS} s: ${set.connection.url}/ shows it live. Ctrl-C ends the demo.`);
    await sleep(BETWEEN_ROUNDS_SECONDS * 1_000, undefined, { signal });
  }
}

function withLogs(error: unknown, folder: string): CliError {
  const logs = `The logs of server, shop and users are kept in ${folder}.`;
  if (error instanceof CliError) {
    return new CliError(error.message, {
      exitCode: EXIT_CODES.failure,
      advice: [...error.advice, logs],
      ...(error.problem === undefined ? {} : { problem: error.problem }),
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new CliError(`The demo failed: ${message}`, { advice: [logs], cause: error });
}
