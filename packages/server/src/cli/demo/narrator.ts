import { type Io, paintFor, widthOf } from "../io.ts";
import { renderProgress } from "../rollouts/rollout-view.ts";
import { formatStage } from "../rollouts/stage-syntax.ts";
import { box } from "../terminal/box.ts";
import { countText, durationText, percentText } from "../terminal/figures.ts";
import { LiveScreen } from "../terminal/live-screen.ts";
import { padEnd, plain, wrap } from "../terminal/text.ts";
import type { Rollout } from "../types.ts";
import { ACTS, type Act, DEMO_STAGES, REAL_STAGES } from "./acts.ts";
import type { FailureTally } from "./load-tally.ts";
import type { ActResult } from "./play-act.ts";
import { REQUESTS_PER_SECOND, type StageSet, USERS } from "./stage-set.ts";

/** Tells the demo's story: lines that stay, and on a terminal the act's progress below them, drawn in place. */
export type Narrator = {
  say(...lines: readonly string[]): void;
  open(set: StageSet): void;
  startAct(act: Act, number: number): void;
  update(rollout: Rollout): void;
  endAct(act: Act, result: ActResult): void;
  close(): void;
};

export function createNarrator(io: Io): Narrator {
  const paint = paintFor(io, io.stdout);
  const width = widthOf(io.stdout);
  const isLive = io.stdout.isTTY === true;
  const screen = new LiveScreen(io.stdout);
  let lastStage = "";

  const say = (...lines: readonly string[]) => {
    if (isLive) screen.print(lines);
    else io.stdout.write(`${lines.join("\n")}\n`);
  };
  return {
    say,
    open: (set) => say(...openingLines(set, paint)),
    startAct(act, number) {
      lastStage = "";
      const title = `Act ${number} of ${ACTS.length} · ${act.title}: ${act.flag}`;
      say("", paint("bold", title), ...wrap(act.told, width - 2).map((line) => `  ${line}`), "");
    },
    update(rollout) {
      const stage = `${rollout.state} ${rollout.stage}`;
      if (stage !== lastStage && rollout.state === "running") {
        lastStage = stage;
        const count = `stage ${rollout.stage} of ${rollout.stages.length}`;
        say(
          `  ${paint("dim", padEnd(`+${sinceStart(rollout, io.nowMs())}`, 13))}${paint("cyan", count)}  shown to ${percentText(rollout.share)}`,
        );
      }
      if (isLive) screen.draw(["", ...renderProgress(rollout, { paint, width, nowMs: io.nowMs() })]);
    },
    endAct: (act, result) => say(...endLines(act, result, paint, width)),
    close() {
      if (isLive) {
        screen.print([]);
        screen.leave();
      }
    },
  };
}

type Paint = ReturnType<typeof paintFor>;

function openingLines(set: StageSet, paint: Paint): readonly string[] {
  const stages = (list: typeof DEMO_STAGES) => list.map((stage) => formatStage(stage)).join(" → ");
  return [
    "",
    `  A real server, a shop that uses the official OpenTelemetry and OpenFeature SDKs, and ${countText(USERS)} users`,
    `  who make ${REQUESTS_PER_SECOND} requests a second. All on this machine.`,
    "",
    ...box(
      [
        `Dashboard    ${paint(["cyan", "underline"], `${set.connection.url}/`)}`,
        `Sign in with ${paint("bold", set.connection.token)}`,
      ],
      paint,
    ).map((line) => `  ${line}`),
    "",
    `  ${paint("yellow", "The stages are shortened")}: share, the rise of the failure rate that must be caught, least time.`,
    paint("dim", `  here        ${stages(DEMO_STAGES)}`),
    paint("dim", `  by default  ${stages(REAL_STAGES)}, then watched 30 min`),
    paint("dim", "  The guard itself is the default one: a false rollback in fewer than 1 in 1,000 rollouts."),
  ];
}

function endLines(act: Act, { rollout, failures }: ActResult, paint: Paint, width: number): readonly string[] {
  const sentence = wrap(plain(rollout.endReason ?? rollout.decision?.sentence ?? ""), width - 4);
  const said = sentence.map((line) => paint("dim", `    ${line}`));
  if (act.ends === "completed") {
    const all = `Everybody has it; ${countText(failures.requests)} requests failed.`;
    return [`  ${paint(["green", "bold"], "✓ completed")} after ${tookText(rollout)}. ${all}`, ...said];
  }
  const head = `  ${paint(["red", "bold"], "↩ rolled back by itself")}`;
  const after = act.cause === "errors" ? sinceFailureText(rollout, failures, paint) : sinceExposureText(rollout, paint);
  return [`${head} ${after}`, ...said];
}

function sinceFailureText(rollout: Rollout, failures: FailureTally, paint: Paint): string {
  if (failures.firstAtMs === null || rollout.endedAt === null) return `after ${tookText(rollout)}.`;
  const seconds = Math.max(0, (Date.parse(rollout.endedAt) - failures.firstAtMs) / 1_000);
  const after = `${paint("bold", `${seconds.toFixed(1)} s`)} after the first failing request`;
  return `${after}: ${paint("bold", usersText(failures.users))} of ${countText(USERS)} met a failure.`;
}

function sinceExposureText(rollout: Rollout, paint: Paint): string {
  const requests = rollout.signals.find((signal) => signal.kind === "latency")?.candidate.requests ?? 0;
  const after = `${paint("bold", tookText(rollout))} after the first users got it`;
  return `${after}: ${paint("bold", countText(requests))} requests were slow, none failed.`;
}

function usersText(users: number): string {
  return users === 1 ? "1 user" : `${countText(users)} users`;
}

function tookText(rollout: Rollout): string {
  if (rollout.startedAt === null || rollout.endedAt === null) return "an unknown time";
  return durationText((Date.parse(rollout.endedAt) - Date.parse(rollout.startedAt)) / 1_000);
}

function sinceStart(rollout: Rollout, nowMs: number): string {
  return durationText(rollout.startedAt === null ? 0 : (nowMs - Date.parse(rollout.startedAt)) / 1_000);
}
