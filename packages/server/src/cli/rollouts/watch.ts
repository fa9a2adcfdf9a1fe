import { CliError } from "../cli-error.ts";
import { resultOf } from "../client.ts";
import type { Session } from "../command.ts";
import { followEvents } from "../event-stream.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { widthOf } from "../io.ts";
import { clockText, durationText, oddsText, percentText } from "../terminal/figures.ts";
import { jsonText } from "../terminal/json-text.ts";
import { LiveScreen } from "../terminal/live-screen.ts";
import { plain } from "../terminal/text.ts";
import type { DecisionRecord, Rollout } from "../types.ts";
import { readLatestDecisions } from "./decision-pages.ts";
import { parseRollout } from "./parse-rollout.ts";
import { renderRollout } from "./rollout-view.ts";
import { changeKey, type WatchOutcome, watchOutcome } from "./watch-outcome.ts";

export type WatchOptions = {
  /** Also wait for the end of the watch after completion. */
  readonly isWatchIncluded: boolean;
  readonly timeoutSeconds: number | undefined;
};

/** The decisions at the foot of the view. */
const DECISIONS_SHOWN = 6;
const REDRAW_MS = 1_000;

type View = {
  update(rollout: Rollout): void;
  connection(lostBecause: string | undefined): void;
  /** The last word; empty when the command fails. */
  end(text: string): Promise<void>;
};

/**
 * Follows a rollout until it ended, Ctrl-C or the timeout. Sets the exit code; the rollout itself is never touched.
 *
 * @throws {CliError} when the server refuses or was never reached.
 */
export async function watchRollout(session: Session, id: string, options: WatchOptions): Promise<void> {
  const { io } = session;
  const stop = new AbortController();
  let interrupted: "interrupt" | "timeout" | undefined;
  const stopBecause = (why: "interrupt" | "timeout") => {
    interrupted ??= why;
    stop.abort();
  };
  const forget = io.onInterrupt(() => stopBecause("interrupt"));
  const timer =
    options.timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => stopBecause("timeout"), options.timeoutSeconds * 1_000);
  let view: View | undefined;
  try {
    view = session.isJson ? jsonView(session) : io.stdout.isTTY ? await liveView(session, id) : lineView(session);
    const outcome = await followUntilEnd(session, id, options, view, stop.signal);
    if (outcome !== undefined) {
      await view.end(outcome.text);
      io.setExitCode(outcome.exitCode);
      return;
    }
    await view.end(
      interrupted === "timeout"
        ? `Not done within ${durationText(options.timeoutSeconds ?? 0)}; the rollout goes on without this view.`
        : `Left. The rollout goes on: steadfast rollout watch ${id}`,
    );
    io.setExitCode(interrupted === "timeout" ? EXIT_CODES.notCompleted : EXIT_CODES.interrupted);
  } catch (error) {
    await view?.end("");
    throw error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

async function followUntilEnd(
  session: Session,
  id: string,
  options: WatchOptions,
  view: View,
  signal: AbortSignal,
): Promise<WatchOutcome | undefined> {
  const events = followEvents({
    connection: session.connection,
    path: `/api/v1/rollouts/${encodeURIComponent(id)}/stream`,
    fetch: session.io.fetch,
    signal,
    onConnection: (lostBecause) => view.connection(lostBecause),
  });
  for await (const data of events) {
    const rollout = parseRollout(data);
    view.update(rollout);
    const outcome = watchOutcome(rollout, options.isWatchIncluded);
    if (outcome !== undefined) return outcome;
  }
  if (signal.aborted) return undefined;
  // The server ended the stream: the rollout is no longer active, whatever the last event was.
  const rollout = await resultOf(session.api.GET("/api/v1/rollouts/{id}", { params: { path: { id } } }));
  view.update(rollout);
  const outcome = watchOutcome(rollout, options.isWatchIncluded);
  if (outcome === undefined) throw new CliError("The server ended the stream although the rollout goes on.");
  return outcome;
}

function jsonView({ io }: Session): View {
  return {
    update: (rollout) => io.stdout.write(`${jsonText(rollout)}\n`),
    connection: (why) => void (why === undefined || io.stderr.write(`connection lost, trying again: ${why}\n`)),
    end: async () => {},
  };
}

/** A line for each change: for logs and CI. */
function lineView(session: Session): View {
  const { io, paint } = session;
  let last = "";
  return {
    update(rollout) {
      const key = changeKey(rollout);
      if (key === last) return;
      last = key;
      io.stdout.write(`${changeLine(rollout, new Date(io.nowMs()).toISOString())}\n`);
    },
    connection: (why) =>
      void io.stderr.write(why === undefined ? "connected again\n" : `connection lost, trying again: ${plain(why)}\n`),
    end: async (text) => void (text === "" || io.stdout.write(`${paint("bold", text)}\n`)),
  };
}

/** `2026-… running stage 2/4 share 10 % wait: sentence (evidence 1 : 3)` */
export function changeLine(rollout: Rollout, at: string): string {
  const { decision } = rollout;
  const verdict = rollout.endReason === null && decision !== null ? ` ${decision.verdict}` : "";
  const sentence = rollout.endReason ?? decision?.sentence ?? "";
  const evidence = decision === null ? "" : ` (evidence ${oddsText(decision.logEvidence)})`;
  const stage = `stage ${rollout.stage}/${rollout.stages.length}`;
  const text = sentence === "" ? "" : `: ${sentence}`;
  return plain(
    `${at} ${rollout.state} ${stage} share ${percentText(rollout.share)}${verdict}${text}${evidence}`,
  ).replaceAll("\u00a0", " ");
}

/** Redrawn in place at every update and every second, since ages and floors move by themselves. */
async function liveView(session: Session, id: string): Promise<View> {
  const { io, paint } = session;
  const screen = new LiveScreen(io.stdout);
  let rollout: Rollout | undefined;
  let decisions: readonly DecisionRecord[] = await readLatestDecisions(session.api, id, DECISIONS_SHOWN);
  let lost: string | undefined;
  let seen = "";

  const frame = (): readonly string[] => {
    if (rollout === undefined) return [];
    const view = { paint, width: widthOf(io.stdout), nowMs: io.nowMs() };
    return ["", ...renderRollout(rollout, decisions, view), ""];
  };
  const footer = () =>
    lost === undefined
      ? paint("dim", "  Ctrl-C leaves; the rollout goes on.")
      : paint(
          "yellow",
          `  Connection lost at ${clockText(new Date(io.nowMs()).toISOString())}, trying again: ${plain(lost)}`,
        );
  const draw = () => void (rollout === undefined || screen.draw([...frame(), footer()]));
  const readDecisionsAgain = async () => {
    // A failure needs no word: the next change reads them again, and the stream tells of a lost connection.
    decisions = await readLatestDecisions(session.api, id, DECISIONS_SHOWN).catch(() => decisions);
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    update(next) {
      rollout = next;
      if (changeKey(next) !== seen) {
        seen = changeKey(next);
        void readDecisionsAgain();
      }
      draw();
    },
    connection(lostBecause) {
      lost = lostBecause;
      draw();
    },
    async end(text) {
      clearInterval(timer);
      if (text !== "") await readDecisionsAgain();
      if (rollout === undefined || text === "") screen.leave();
      else screen.finish([...frame(), `  ${paint("bold", text)}`]);
    },
  };
}
