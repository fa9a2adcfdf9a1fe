import { type DeliveryReport, MEDIAN_N_MIN, P90_N_MIN } from "@steadfast/core/delivery/report";
import { countText } from "../terminal/figures.ts";
import {
  countedText,
  fallText,
  linkCountsText,
  medianText,
  numberText,
  p90Text,
  paceText,
  partText,
  rateIntervalText,
  rateText,
  STAGE_TEXT,
  spanIntervalText,
  spanText,
} from "./wording.ts";

/** A figure with its name and what it is made of: the same on the terminal and on the page. */
export type Lever = { readonly label: string; readonly figure: string; readonly detail: string };

/** The five levers and the size of releases, in the order in which they are read. */
export function leversOf({
  frequency,
  leadTime,
  changeFailRate,
  recovery,
  rework,
  batch,
  commits,
}: DeliveryReport): readonly Lever[] {
  const { author, committer } = leadTime;
  const interval = author.medianInterval === null ? "" : `${spanIntervalText(author.medianInterval)}, `;
  const unlinked =
    changeFailRate.unlinked.length > 0 ? `, ${countedText(changeFailRate.unlinked.length, "sign")} unlinked` : "";
  const failed = `${partText(changeFailRate.failed, changeFailRate.deployments, "release")}${changeFailRate.interval === null ? "" : ` ${rateIntervalText(changeFailRate.interval)}`}`;
  const links = changeFailRate.links.length === 0 ? "" : `; known by ${linkCountsText(changeFailRate)}`;
  const open = recovery.open > 0 ? `, ${countText(recovery.open)} still open` : "";
  return [
    {
      label: "Frequency",
      figure: paceText(frequency),
      detail: `${countedText(frequency.count, "release")} in ${spanText(frequency.knownMs)}${gapText(frequency)}`,
    },
    {
      label: "Lead time",
      figure: medianText(author),
      detail: `${interval}${slowText(author)}from the author's date, ${madeOfText(author)}`,
    },
    {
      label: "  since committed",
      figure: medianText(committer),
      detail: `${slowText(committer)}from the committer's date, which under squash-merge is the merge, ${madeOfText(committer)}`,
    },
    {
      label: "Change fail rate",
      figure: rateText(changeFailRate.rate, changeFailRate.deployments),
      detail: `${failed}${links}${unlinked}`,
    },
    { label: "Recovery time", figure: medianText(recovery), detail: `${countText(recovery.n)} recovered${open}` },
    {
      label: "Rework rate",
      figure: rateText(rework.rate, rework.deployments),
      detail: `${partText(rework.count, rework.deployments, "release")} ${rework.count === 1 ? "was" : "were"} made to mend a failure`,
    },
    {
      label: "Batch size",
      figure: sizeText(batch.commitsPerRelease),
      detail: `a release, the median of ${countText(batch.commitsPerRelease.n)}${largeText(batch.commitsPerRelease)}; ${linesText(batch.linesPerCommit)}; ${countedText(commits.merge, "merge")} and ${countedText(commits.duplicates, "cherry-pick")} left out; ${countedText(commits.unreleased, "commit")} unreleased`,
    },
  ];
}

function gapText({ gapMs }: DeliveryReport["frequency"]): string {
  return gapMs.n < MEDIAN_N_MIN ? "" : `; one every ${medianText(gapMs)} (median), p90 ${p90Text(gapMs)}`;
}

/** Where there are too few for a median, there are for a p90: it is said once. */
function slowText(lead: DeliveryReport["leadTime"]["author"]): string {
  return lead.n < MEDIAN_N_MIN ? "" : `p90 ${p90Text(lead)}; `;
}

function madeOfText({ n, negative }: DeliveryReport["leadTime"]["author"]): string {
  return `${countedText(n, "commit")}${negative > 0 ? `; ${countText(negative)} negative left out` : ""}`;
}

function sizeText({ n, median }: DeliveryReport["batch"]["commitsPerRelease"]): string {
  if (n === 0 || median === null) return "none";
  if (n < MEDIAN_N_MIN) return `too few (${n})`;
  return `${numberText(median)} commit${median === 1 ? "" : "s"}`;
}

function largeText({ n, p90 }: DeliveryReport["batch"]["commitsPerRelease"]): string {
  return n < P90_N_MIN || p90 === null ? "" : `, p90 ${numberText(p90)}`;
}

function linesText({ n, median }: DeliveryReport["batch"]["linesPerCommit"]): string {
  if (n === 0 || median === null) return "lines not measured";
  if (n < MEDIAN_N_MIN) return `lines of too few commits (${n})`;
  return `${numberText(median)} line${median === 1 ? "" : "s"} a commit, the median of ${countText(n)}`;
}

/** What to change first, by replay; or that no single stage would do. */
export function bottleneckText({ whatIf }: Pick<DeliveryReport, "whatIf">): string {
  const [best] = whatIf;
  if (best === undefined) return "";
  if (best.median.after >= best.median.before * 0.98)
    return "No cap on one stage alone would shorten the median noticeably.";
  const fall = fallText(best.median.before, best.median.after, best.median.afterInterval);
  return `If ${STAGE_TEXT[best.stage]} took ${spanText(best.capMs)} at most, median lead time would fall ${fall}.`;
}

/** Said where Little's law does not hold: dates that cannot all be true. */
export function doubtText({ flow }: DeliveryReport): string {
  if (flow === null || flow.isConsistent) return "";
  return `Check the dates: ${countedText(Math.round(flow.meanInProgress), "commit")} in progress at ${numberText(flow.throughputPerWeek)} a week would mean ${spanText(flow.expectedMeanMs)} each (Little's law); measured are ${spanText(flow.observedMeanMs)}.`;
}
