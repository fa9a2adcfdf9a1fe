import { formatCount, formatDuration, formatPercent, formatPoints } from "../../ui/format.ts";
import type { RolloutPreview, StageForecast } from "./start-queries.ts";

type Traffic = RolloutPreview["traffic"][number];

/** What the estimates of a preview rest on: the traffic of the source that its first signal reads. */
export function basisOf(preview: RolloutPreview): Traffic | undefined {
  const source = preview.plan?.signals[0]?.source;
  return preview.traffic.find((each) => each.source === source);
}
type Plan = NonNullable<RolloutPreview["plan"]>;

/** From here on a source was watched for as good as a whole hour. */
const HOUR_SECONDS = 3_500;

/** `the last hour's 140 requests/s`: what the estimates rest on. */
export function sayTraffic({ requestsPerSecond, seconds }: Traffic): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const span = seconds >= HOUR_SECONDS ? "hour" : minutes === 1 ? "minute" : formatDuration(minutes * 60);
  return `the last ${span}'s ${formatRate(requestsPerSecond)}`;
}

export function formatRate(perSecond: number): string {
  if (perSecond >= 10) return `${formatCount(perSecond)} requests/s`;
  if (perSecond >= 0.1) return `${perSecond.toFixed(1)} requests/s`;
  return perSecond > 0 ? `${formatCount(perSecond * 3_600)} requests/h` : "no requests";
}

/** How long a stage takes, rounded as an estimate is: `about 4 min`, `1 min`, `not known`. */
export function sayLength({ seconds, minSeconds }: Pick<StageForecast, "seconds" | "minSeconds">): string {
  if (seconds === null) return "not known yet";
  return seconds <= minSeconds ? formatDuration(seconds) : `about ${formatEstimate(seconds)}`;
}

/** Two digits are all that an estimate is worth. */
export function formatEstimate(seconds: number): string {
  if (seconds > 10 * 86_400) return "weeks";
  if (seconds < 90) return formatDuration(Math.max(5, Math.round(seconds / 5) * 5));
  if (seconds < 3_600) return formatDuration(Math.round(seconds / 60) * 60);
  return formatDuration(Math.round(seconds / 600) * 600);
}

/** What a stage's length rests on, for the row of the editor. */
export function sayNeed(stage: StageForecast): string {
  if (stage.why !== null) return stage.why;
  const slowest = stage.signals.find(({ name }) => name === stage.slowest);
  if (!slowest || slowest.needed === null || slowest.seconds === null) {
    return stage.minSeconds > 0 ? "The floor; nothing is promised here." : "Nothing is promised here.";
  }
  const needs = `${slowest.name} needs ${formatCount(slowest.needed)} requests`;
  return slowest.seconds <= stage.minSeconds
    ? `The floor: ${needs}, here in ${formatEstimate(slowest.seconds)}.`
    : `${needs} to be sure.`;
}

/** What happens in a stage, before it happens. */
export function sayStage(plan: Plan, index: number, candidate: string): string {
  const stage = plan.stages[index];
  if (!stage) return "";
  const isLast = index === plan.stages.length - 1;
  const goesOn = plan.mode === "dry-run" ? "A person moves it on" : "It goes on by itself";
  if (stage.audience !== null && stage.audience !== undefined) {
    return `Your audience gets “${candidate}”, nobody else. Only a gross break counts here.`;
  }
  if (isLast) {
    const watch = plan.watchSeconds > 0 ? ` Watched for ${formatDuration(plan.watchSeconds)} more.` : "";
    return `Everybody gets “${candidate}”, and it becomes the flag's default.${watch}`;
  }
  const promise = stage.catches
    ? ` once a rise of ${formatPoints(stage.catches.failureRate)} would have been noticed`
    : "";
  return `${formatPercent(stage.share)} of people get “${candidate}”. ${goesOn}${promise}.`;
}

export function sayTotal(plan: Plan): string {
  if (plan.mode === "dry-run") return "A dry run: judged and recorded, moved by a person.";
  if (plan.totalSeconds === null) return "How long it takes cannot be told yet.";
  return `About ${formatEstimate(plan.totalSeconds)} until everybody has it, if nothing goes wrong.`;
}

/** A small ratio as a count of many: `2 in 1,000`. */
export function sayInMany(ratio: number): string {
  if (ratio <= 0) return "none";
  const many = ratio >= 0.1 ? 100 : ratio >= 0.000_95 ? 1_000 : ratio >= 0.000_095 ? 10_000 : 100_000;
  const count = ratio * many;
  return `${count >= 10 ? formatCount(count) : Number(count.toPrecision(2))} in ${formatCount(many)}`;
}

/** Without the names that only a caller of the API needs: the form has a field for each. */
export function sayPlainly(sentence: string): string {
  return sentence.replaceAll(/ \((?:despiteRollback|alongside)\)/g, "");
}
