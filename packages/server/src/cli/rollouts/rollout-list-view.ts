import { agoText, durationText, percentText, pointsText } from "../terminal/figures.ts";
import { renderTable } from "../terminal/table.ts";
import { plain } from "../terminal/text.ts";
import type { Rollout } from "../types.ts";
import { type RolloutViewOptions, stageName, stateText } from "./rollout-view.ts";

export function renderRolloutList(rollouts: readonly Rollout[], options: RolloutViewOptions): readonly string[] {
  const { paint, nowMs } = options;
  if (rollouts.length === 0) {
    return [
      "No rollout here.",
      paint("dim", 'Start one: steadfast rollout start <flag> --candidate on --reason "why"'),
    ];
  }
  return renderTable(
    rollouts,
    [
      { title: "ROLLOUT", text: (rollout) => rollout.id },
      {
        title: "FLAG",
        text: (rollout) => rollout.flag,
        style: (_rollout, text) => paint("bold", text),
        isFlexible: true,
      },
      { title: "CANDIDATE", text: (rollout) => rollout.candidate, isFlexible: true },
      { title: "ENVIRONMENT", text: (rollout) => rollout.environment, isFlexible: true },
      {
        title: "STATE",
        text: stateText,
        style: (rollout, text) =>
          rollout.state === "rolled-back"
            ? paint("red", text)
            : rollout.needsPerson !== null
              ? paint("yellow", text)
              : rollout.state === "running"
                ? paint("cyan", text)
                : text,
      },
      { title: "STAGE", text: (rollout) => `${rollout.stage}/${rollout.stages.length}`, align: "right" },
      { title: "SHARE", text: (rollout) => percentText(rollout.share), align: "right" },
      { title: "SINCE", text: (rollout) => agoText(rollout.endedAt ?? rollout.startedAt ?? rollout.createdAt, nowMs) },
    ],
    options,
  );
}

/** What was agreed on when a rollout starts: its stages and when it is taken back. */
export function renderPlan(rollout: Rollout, options: RolloutViewOptions): readonly string[] {
  const { paint } = options;
  const rows = rollout.stages.map((stage, index) => ({ stage, number: index + 1 }));
  const signals = rollout.guard.signals.map(
    (signal) =>
      `${signal.name} (${signal.source}, up to ${signal.tolerance.ratio} ×${signal.tolerance.add ? ` ${pointsText(signal.tolerance.add)}` : ""})`,
  );
  const odds = Math.round(1 / rollout.guard.alpha).toLocaleString("en-GB");
  const action = rollout.onRegression === "freeze" ? "Freezes" : "Rolls back";
  const who = rollout.mode === "dry-run" ? `Would say "${action.toLowerCase()}", and do nothing: a dry run,` : action;
  return [
    `${paint("bold", plain(rollout.flag))} → ${paint("bold", plain(rollout.candidate))} in ${rollout.environment}  ${paint("dim", rollout.id)}`,
    "",
    ...renderTable(
      rows,
      [
        { title: "STAGE", text: (row) => String(row.number), align: "right" },
        { title: "SHARE", text: (row) => stageName(row.stage), align: "right" },
        {
          title: "PROMISES TO CATCH",
          text: (row) => (row.stage.catches === null ? "–" : pointsText(row.stage.catches.failureRate)),
        },
        { title: "AT LEAST", text: (row) => durationText(row.stage.minSeconds) },
      ],
      { paint, width: options.width },
    ).map((line) => `  ${line}`),
    "",
    `${who} when the evidence of harm reaches ${odds} : 1, from ${signals.join(", ")}.`,
    ...(rollout.waitsFor === null
      ? []
      : [
          paint(
            "yellow",
            `Queued as number ${rollout.waitsFor.position}, after ${plain(rollout.waitsFor.flag)}: ${plain(rollout.waitsFor.why)}`,
          ),
        ]),
  ];
}
