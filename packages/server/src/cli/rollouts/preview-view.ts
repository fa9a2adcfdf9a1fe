import { aboutText, countText, durationText, pointsText } from "../terminal/figures.ts";
import { renderTable } from "../terminal/table.ts";
import { plain, wrap } from "../terminal/text.ts";
import type { RolloutPreview } from "../types.ts";
import { type RolloutViewOptions, stageName } from "./rollout-view.ts";

type Plan = NonNullable<RolloutPreview["plan"]>;
type Stage = Plan["stages"][number];

/** From here on a source was watched for as good as a whole hour. */
const HOUR_SECONDS = 3_500;

/** What would happen if the rollout were started: refusals first, then the plan with what each stage would take. */
export function renderPreview(preview: RolloutPreview, options: RolloutViewOptions): readonly string[] {
  const { paint, width } = options;
  const { plan } = preview;
  const notes = (color: "red" | "yellow", sentences: readonly string[]) =>
    sentences.flatMap((sentence) => wrap(plain(sentence), width).map((line) => paint(color, line)));
  return [
    `${paint("bold", plain(preview.flag))}: ${plain(preview.baseline ?? "–")} → ${paint("bold", plain(preview.candidate))} in ${preview.environment}  ${paint("dim", "a preview: nothing is started")}`,
    "",
    ...notes(
      "red",
      preview.refusals.map(
        ({ sentence, path }) => `It would be refused: ${sentence}${path === null ? "" : ` (${path})`}`,
      ),
    ),
    ...(plan && preview.refusals.length > 0 ? [""] : []),
    ...(plan ? [...renderStages(plan, options), "", ...wrap(sayTotal(plan, preview), width)] : []),
    ...notes(
      "yellow",
      preview.warnings.map(({ sentence }) => sentence),
    ),
  ];
}

function renderStages(plan: Plan, { paint, width }: RolloutViewOptions): readonly string[] {
  const rows = plan.stages.map((stage, index) => ({ stage, number: index + 1 }));
  return renderTable(
    rows,
    [
      { title: "STAGE", text: (row) => String(row.number), align: "right" },
      { title: "SHARE", text: ({ stage }) => stageName(stage), align: "right" },
      {
        title: "PROMISES TO CATCH",
        text: ({ stage }) => (stage.catches === null ? "–" : pointsText(stage.catches.failureRate)),
      },
      { title: "AT LEAST", text: ({ stage }) => durationText(stage.minSeconds) },
      { title: "NEEDS", text: ({ stage }) => sayNeed(stage) },
      { title: "TAKES", text: ({ stage }) => sayLength(stage) },
    ],
    { paint, width },
  ).map((line) => `  ${line}`);
}

function sayNeed(stage: Stage): string {
  const slowest = stage.signals.find(({ name }) => name === stage.slowest);
  if (!slowest) return "–";
  return slowest.needed === null ? `? (${slowest.name})` : `${countText(slowest.needed)} (${slowest.name})`;
}

function sayLength(stage: Stage): string {
  if (stage.seconds === null) return "not known";
  return stage.seconds <= stage.minSeconds ? durationText(stage.seconds) : aboutText(stage.seconds);
}

function sayTotal(plan: Plan, { traffic }: RolloutPreview): string {
  const basis = traffic.find(({ source }) => source === plan.signals[0]?.source);
  const span = basis && basis.seconds < HOUR_SECONDS ? durationText(basis.seconds) : "hour";
  const at = basis
    ? ` At ${Number(basis.requestsPerSecond.toPrecision(3))} requests/s (${basis.source}, the last ${span}).`
    : "";
  const total =
    plan.totalSeconds === null
      ? "How long it takes cannot be told."
      : `${aboutText(plan.totalSeconds).replace("about", "About")} until everybody has it, if nothing goes wrong.`;
  return `${total}${at}`;
}
