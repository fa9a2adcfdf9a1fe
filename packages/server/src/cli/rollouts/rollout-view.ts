import { BAR_MARK, bar, evidenceRatio } from "../terminal/bars.ts";
import {
  aboutText,
  agoText,
  clockText,
  countText,
  durationText,
  latencyText,
  oddsText,
  percentText,
  pointsText,
} from "../terminal/figures.ts";
import type { Paint } from "../terminal/paint.ts";
import { renderTable } from "../terminal/table.ts";
import { cut, padEnd, plain, wrap } from "../terminal/text.ts";
import type { DecisionRecord, Rollout, RolloutDecision, SignalReading, Stage } from "../types.ts";

/** How a rollout is shown in a terminal. Pure: the same values give the same lines. */

export type RolloutViewOptions = { readonly paint: Paint; readonly width: number; readonly nowMs: number };

const LABEL_WIDTH = 10;
/** Below this, what is only nice to know goes. */
const NARROW_WIDTH = 90;
const BAR_WIDTH_MAX = 40;

type Format = Parameters<Paint>[0];

const STATE_FORMATS: Readonly<Record<Rollout["state"], Format>> = {
  queued: "dim",
  running: "cyan",
  paused: "yellow",
  completed: "green",
  "rolled-back": "red",
  stopped: "yellow",
};

const VERDICT_FORMATS: Readonly<Record<RolloutDecision["verdict"], Format>> = {
  advance: "green",
  wait: "dim",
  hold: "yellow",
  freeze: "yellow",
  "roll-back": "red",
};

/** Everything about one rollout: what `show` prints and `watch` draws again and again. */
export function renderRollout(
  rollout: Rollout,
  decisions: readonly DecisionRecord[],
  options: RolloutViewOptions,
): readonly string[] {
  const { paint } = options;
  return [
    ...renderHead(rollout, options),
    "",
    ...renderProgress(rollout, options),
    ...renderShadow(rollout, paint),
    ...(rollout.signals.length === 0 ? [] : ["", ...renderSignals(rollout, options)]),
    ...(decisions.length === 0 ? [] : ["", ...renderDecisions(decisions, options)]),
  ];
}

/** Where it stands, in a few lines: track, verdict, evidence, gate. */
export function renderProgress(rollout: Rollout, options: RolloutViewOptions): readonly string[] {
  return [
    renderTrack(rollout, options),
    "",
    ...renderFault(rollout, options),
    ...renderNeed(rollout, options),
    ...renderSentence(rollout, options),
    ...renderEvidence(rollout, options),
    ...renderGate(rollout, options),
  ];
}

const NEED_ADVICE: Readonly<Record<NonNullable<Rollout["needsPerson"]>["because"], string>> = {
  "cannot-be-judged": "Roll it back if in doubt; the server's log tells more.",
  "harm-not-taken-back": "It hurts, and is not taken back by itself: roll it back.",
  "telemetry-missing": "It cannot be judged while nothing reports: look at the service and its exporter.",
  held: "It waits for what the verdict names, or for somebody who advances it.",
};

export function stateText(rollout: Rollout): string {
  const stands = standsText(rollout);
  return rollout.needsPerson === null ? stands : `${stands}, needs you`;
}

function standsText(rollout: Rollout): string {
  if (rollout.state === "completed" && rollout.watchedUntil !== null) return "completed, still watched";
  return rollout.state.replace("-", " ");
}

function renderHead(rollout: Rollout, { paint, width, nowMs }: RolloutViewOptions): readonly string[] {
  const from = rollout.baseline === null ? "" : `${plain(rollout.baseline)} → `;
  const mode = rollout.mode === "dry-run" ? paint("magenta", "  dry run: judged, never acted on") : "";
  const since = rollout.startedAt ?? rollout.createdAt;
  const facts = [
    rollout.environment,
    plain(rollout.service || "any service"),
    rollout.id,
    `${rollout.startedAt === null ? "asked for" : "started"} ${agoText(since, nowMs)} by ${plain(rollout.startedBy.name)}`,
  ];
  return [
    `${paint(STATE_FORMATS[rollout.state], "●")} ${paint("bold", plain(rollout.flag))}  ${from}${paint("bold", plain(rollout.candidate))}  ${paint(STATE_FORMATS[rollout.state], stateText(rollout))}${mode}`,
    paint("dim", cut(`  ${facts.join(" · ")}`, width)),
    paint("dim", cut(`  ${plain(rollout.reason)}`, width)),
  ];
}

/** The stages on a line: those passed, the one it is in, those to come. */
function renderTrack(rollout: Rollout, { paint, width }: RolloutViewOptions): string {
  const count = Math.max(1, rollout.stages.length);
  const leg = Math.max(2, Math.min(14, Math.floor((width - 4) / count) - 6));
  const isDone = rollout.state === "completed";
  const parts = rollout.stages.map((stage, index) => {
    const number = index + 1;
    const isPassed = isDone || number < rollout.stage;
    const isHere = !isDone && number === rollout.stage;
    const format: Format = isPassed ? "green" : isHere ? STATE_FORMATS[rollout.state] : "dim";
    const line = (isPassed || isHere ? "━" : "─").repeat(leg);
    const mark = isPassed ? "✓" : isHere ? "●" : "○";
    return paint(format, `${line}${mark} ${stageName(stage)}`);
  });
  return `  ${parts.join(" ")}`;
}

export function stageName(stage: Stage): string {
  if (stage.audience !== null && stage.share === 0) return "audience";
  return percentText(stage.share).replace("\u00a0", "");
}

/** Nothing is judged: what stands below it is old. */
function renderFault({ judgingFault }: Rollout, { paint, width, nowMs }: RolloutViewOptions): readonly string[] {
  if (judgingFault === null) return [];
  const text = `The guard cannot judge it: ${judgingFault.message} (first seen ${agoText(judgingFault.since, nowMs)}). It neither advances nor is taken back by itself.`;
  const lines = wrap(plain(text), width - LABEL_WIDTH - 2).map((line) => paint("red", line));
  return labelled("Fault", lines, paint);
}

/** Somebody should look; why is the verdict below it, or the fault above. */
function renderNeed({ needsPerson }: Rollout, { paint, width }: RolloutViewOptions): readonly string[] {
  if (needsPerson === null) return [];
  const lines = wrap(NEED_ADVICE[needsPerson.because], width - LABEL_WIDTH - 2).map((line) => paint("yellow", line));
  return labelled("Needs you", lines, paint);
}

function renderSentence(rollout: Rollout, { paint, width }: RolloutViewOptions): readonly string[] {
  const waits = rollout.waitsFor;
  if (rollout.state === "queued" && waits !== null) {
    const text = `Number ${waits.position} in the queue, after ${waits.flag} (${waits.rolloutId}): ${waits.why}`;
    return labelled("Waits", wrap(plain(text), width - LABEL_WIDTH - 2), paint);
  }
  const sentence =
    rollout.endReason ?? rollout.decision?.sentence ?? "No verdict yet: the first comes within a second or two.";
  const share = `${percentText(rollout.share)}${rollout.share > 0 && rollout.share < 1 ? " of those who would get the default" : ""}`;
  const verdict = rollout.endReason === null && rollout.decision !== null ? rollout.decision.verdict : undefined;
  const verdictText = verdict === undefined ? "" : `   ${paint(VERDICT_FORMATS[verdict], verdict.replace("-", " "))}`;
  return [
    ...labelled("Share", [`${paint("bold", share)}${verdictText}`], paint),
    ...labelled(
      rollout.endReason === null ? "Verdict" : "Ended",
      wrap(plain(sentence), width - LABEL_WIDTH - 2),
      paint,
    ),
  ];
}

function renderEvidence(rollout: Rollout, { paint, width }: RolloutViewOptions): readonly string[] {
  if (rollout.decision === null) return [];
  const { logEvidence } = rollout.decision;
  const { alpha } = rollout.guard;
  const ratio = evidenceRatio(logEvidence, alpha);
  const format: Format = ratio >= 1 ? "red" : ratio > 0.6 ? "yellow" : "green";
  const drawn = bar(ratio, barWidth(width), paint, format, evidenceRatio(0, alpha));
  const odds = paint("bold", oddsText(logEvidence));
  const limit = paint("dim", `${BAR_MARK} is 1 : 1, rolls back at ${countText(1 / alpha)} : 1`);
  const lines = width < NARROW_WIDTH ? [`${drawn} ${odds}`, limit] : [`${drawn} ${odds}  ${limit}`];
  return labelled("Evidence", lines, paint);
}

function renderGate(rollout: Rollout, { paint, width }: RolloutViewOptions): readonly string[] {
  const { decision } = rollout;
  if (decision === null || (rollout.state !== "running" && rollout.state !== "paused")) return [];
  const { exposure, neededExposure, signal, floorSecondsLeft, projectedSeconds } = decision.gate;
  const floor = floorSecondsLeft > 0 ? `floor ${durationText(floorSecondsLeft)} left` : "floor passed";
  if (neededExposure === null) return labelled("Gate", [`this stage promises nothing · ${floor}`], paint);
  const drawn = bar(exposure / neededExposure, barWidth(width), paint, "blue");
  const isMet = exposure >= neededExposure;
  const projected = isMet || projectedSeconds === null ? "" : `, ${aboutText(projectedSeconds)}`;
  const who = signal === null ? "" : `${plain(signal)} `;
  const requests = isMet
    ? `${countText(exposure)} requests, ${countText(neededExposure)} were needed`
    : `${who}needs ${countText(exposure)} of ${countText(neededExposure)} requests${projected}`;
  const promise = rollout.stages[rollout.stage - 1]?.catches;
  const catches = promise ? ` · would catch ${pointsText(promise.failureRate)}` : "";
  return [
    ...labelled("Gate", width < NARROW_WIDTH ? [drawn, requests] : [`${drawn} ${requests}`], paint),
    ...labelled("", [paint("dim", `${floor}${catches}`)], paint),
  ];
}

function renderShadow(rollout: Rollout, paint: Paint): readonly string[] {
  const { shadow } = rollout;
  if (shadow === null) return [];
  const alarms = shadow.falseAlarms === 0 ? "no false alarm" : `${countText(shadow.falseAlarms)} false alarms`;
  const text = `${countText(shadow.canaries)} pretend canaries on healthy traffic, ${alarms} (most evidence ${oddsText(shadow.maxLogEvidence)})`;
  return labelled("Shadow", [paint(shadow.falseAlarms === 0 ? "dim" : "yellow", text)], paint);
}

function renderSignals(rollout: Rollout, { paint, width }: RolloutViewOptions): readonly string[] {
  const table = renderTable(
    rollout.signals,
    [
      { title: "SIGNAL", text: (signal) => signal.name, style: (_signal, text) => paint("bold", text) },
      { title: "BASELINE", text: (signal) => readingText(signal, signal.baseline), isFlexible: true },
      { title: "CANDIDATE", text: (signal) => readingText(signal, signal.candidate), isFlexible: true },
      ...(width < NARROW_WIDTH ? [] : [{ title: "RATIO", text: bandText }]),
      {
        title: "EVIDENCE",
        text: (signal) => oddsText(signal.logEvidence),
        style: (signal, text) =>
          paint(signal.weight * Math.exp(signal.logEvidence) * rollout.guard.alpha >= 1 ? "red" : "reset", text),
      },
    ],
    { width: width - 2, paint },
  );
  return table.map((line) => `  ${line}`);
}

function readingText(signal: SignalReading, arm: SignalReading["baseline"]): string {
  if (signal.kind === "latency") {
    if (arm.latencyMs === null) return "–";
    const { p50, p95, p99 } = arm.latencyMs;
    return [p50, p95, p99].map((ms) => latencyText(ms)).join(" / ");
  }
  if (arm.failureRate === null) return "–";
  return `${percentText(arm.failureRate)} (${countText(arm.failures)} of ${countText(arm.requests)})`;
}

function bandText(signal: SignalReading): string {
  if (signal.kind === "latency") return "p50 / p95 / p99";
  if (signal.band === null) return "–";
  const side = (ratio: number) =>
    ratio >= 1_000 ? ">1,000" : ratio < 0.02 ? "0" : String(Number(ratio.toPrecision(2)));
  return `${side(signal.band.low)}–${side(signal.band.high)} ×`;
}

function renderDecisions(
  decisions: readonly DecisionRecord[],
  { paint, width }: RolloutViewOptions,
): readonly string[] {
  return decisions.map((decision) => {
    const verdict = padEnd(decision.verdict.replace("-", " "), 9);
    const stage = padEnd(`${decision.stage} · ${percentText(decision.share).replace("\u00a0", "")}`, 9);
    const sentence = cut(plain(decision.sentence), Math.max(10, width - 34));
    return `  ${paint("dim", clockText(decision.at))}  ${paint("dim", stage)} ${paint(VERDICT_FORMATS[decision.verdict], verdict)} ${sentence}`;
  });
}

function labelled(label: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.map((line, index) => `  ${paint("dim", padEnd(index === 0 ? label : "", LABEL_WIDTH))}${line}`);
}

function barWidth(width: number): number {
  return Math.max(10, Math.min(BAR_WIDTH_MAX, Math.floor((width - LABEL_WIDTH) * 0.4)));
}
