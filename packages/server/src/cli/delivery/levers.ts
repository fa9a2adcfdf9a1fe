import type { DeliveryReport } from "@steadfast/core/delivery/report";
import { countText } from "../terminal/figures.ts";
import {
  fallText,
  frequencyText,
  linkCountsText,
  medianText,
  numberText,
  p90Text,
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
  const negative = author.negative > 0 ? `; ${countText(author.negative)} negative left out` : "";
  const unlinked =
    changeFailRate.unlinked.length > 0
      ? `, ${countText(changeFailRate.unlinked.length)} ${changeFailRate.unlinked.length === 1 ? "sign" : "signs"} unlinked`
      : "";
  const failed = `${countText(changeFailRate.failed)} of ${countText(changeFailRate.deployments)} releases${changeFailRate.interval === null ? "" : ` ${rateIntervalText(changeFailRate.interval)}`}`;
  const links = changeFailRate.links.length === 0 ? "" : `: ${linkCountsText(changeFailRate)}`;
  const open = recovery.open > 0 ? `, ${countText(recovery.open)} still open` : "";
  return [
    {
      label: "Frequency",
      figure: frequency.count === 0 ? "none" : frequencyText(frequency.perWeek),
      detail: `${countText(frequency.count)} releases; between two of them ${medianText(frequency.gapMs)} (median), ${p90Text(frequency.gapMs)} (p90)`,
    },
    {
      label: "Lead time",
      figure: medianText(author),
      detail: `${interval}p90 ${p90Text(author)}; from the author's date, ${countText(author.n)} commits${negative}`,
    },
    {
      label: "  since the merge",
      figure: medianText(committer),
      detail: `p90 ${p90Text(committer)}; from the committer's date, which under squash-merge is the merge`,
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
      detail: `${countText(rework.count)} of ${countText(rework.deployments)} releases mend a failure`,
    },
    {
      label: "Batch size",
      figure:
        batch.commitsPerRelease.median === null ? "none" : `${numberText(batch.commitsPerRelease.median)} commits`,
      detail: `a release (median), p90 ${numberText(batch.commitsPerRelease.p90 ?? 0)}; ${linesText(batch.linesPerCommit)}; ${countText(commits.merge)} merges and ${countText(commits.duplicates)} cherry-picks left out; ${countText(commits.unreleased)} commits unreleased`,
    },
  ];
}

function linesText({ n, median }: DeliveryReport["batch"]["linesPerCommit"]): string {
  return n === 0 || median === null ? "lines not measured" : `${numberText(median)} lines a commit`;
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
  return `Check the dates: ${countText(flow.meanInProgress)} commits in progress at ${numberText(flow.throughputPerWeek)} a week would mean ${spanText(flow.expectedMeanMs)} each (Little's law); measured are ${spanText(flow.observedMeanMs)}.`;
}
