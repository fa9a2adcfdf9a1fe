import type { Distribution } from "@steadfast/core/delivery/distribution";
import {
  type DeliveryReport,
  type LeadTime,
  MEDIAN_N_MIN,
  RATE_N_MIN,
  type TrendSeries,
} from "@steadfast/core/delivery/report";
import type { Collected, PackageReport } from "./collected.ts";

const HOUR_MS = 3_600_000;

/** What `--json` prints. Durations in hours, ratios 0..1, times RFC 3339 UTC. One report; with several packages `packages` holds one each. */
export function jsonOf({ repository, reports }: Collected): object {
  const [first, ...rest] = reports;
  if (first !== undefined && rest.length === 0) return { repository: repository.name, ...packageOf(first) };
  return { repository: repository.name, packages: reports.map(packageOf) };
}

function packageOf({ package: path, releases, report, compared, assumptions }: PackageReport): object {
  return {
    ...(path === null ? {} : { package: path }),
    releasePatterns: releases.patterns,
    releasePatternsProposed: releases.proposals !== null,
    ...reportOf(report, assumptions),
    ...(compared === null ? {} : { compare: reportOf(compared, []) }),
  };
}

function reportOf(report: DeliveryReport, assumptions: readonly string[]): object {
  const { frequency, changeFailRate, recovery, rework, batch } = report;
  const { unknown: _, ...commits } = report.commits;
  return {
    window: { from: timeOf(report.window.fromMs), to: timeOf(report.window.toMs) },
    releases: { count: frequency.count, perWeek: round(frequency.perWeek), gapHours: middleOf(frequency.gapMs) },
    commits,
    leadTimeHours: { author: leadOf(report.leadTime.author), committer: leadOf(report.leadTime.committer) },
    changeFailRate: {
      failed: changeFailRate.failed,
      deployments: changeFailRate.deployments,
      rate: round(changeFailRate.rate),
      interval: changeFailRate.interval && {
        low: round(changeFailRate.interval.low),
        high: round(changeFailRate.interval.high),
      },
      tooFew: changeFailRate.deployments < RATE_N_MIN,
      links: changeFailRate.links.map(({ release, failedBy, certainty, evidence, recoveredBy, recoveryMs }) => ({
        release,
        failedBy,
        certainty,
        evidence,
        recoveredBy,
        recoveryHours: hours(recoveryMs),
      })),
      unlinked: changeFailRate.unlinked.length,
      unlinkedSigns: changeFailRate.unlinked.map(({ kind, evidence, why }) => ({ kind, evidence, why })),
    },
    recoveryHours: {
      n: recovery.n,
      median: hours(recovery.median),
      open: recovery.open,
      medianWithOpen: hours(recovery.medianWithOpen),
      tooFew: recovery.n < MEDIAN_N_MIN,
    },
    reworkRate: {
      count: rework.count,
      deployments: rework.deployments,
      rate: round(rework.rate),
      tooFew: rework.deployments < RATE_N_MIN,
    },
    batch: { commitsPerRelease: countsOf(batch.commitsPerRelease), linesPerCommit: countsOf(batch.linesPerCommit) },
    trend: report.trend.map(trendOf),
    stages: report.stages?.stages.map(({ stage, isWaiting, ms, shareOfTotal, shareOfSlowest }) => ({
      stage,
      isWaiting,
      n: ms.n,
      leftOut: report.stages?.left,
      medianHours: hours(ms.median),
      p90Hours: hours(ms.p90),
      shareOfTotal: round(shareOfTotal),
      shareOfSlowest: round(shareOfSlowest),
    })),
    whatIf: report.whatIf.map(({ stage, capMs, touched, n, absorbed, median, p90 }) => ({
      stage,
      capHours: hours(capMs),
      touched,
      n,
      absorbed,
      medianHours: effectOf(median),
      p90Hours: effectOf(p90),
    })),
    assumptions: [...assumptions, ...report.assumptions],
    unknowns: report.unknowns.map(({ what, source }) => ({ what, source })),
  };
}

function leadOf(lead: LeadTime): object {
  const interval = lead.medianInterval;
  return {
    n: lead.n,
    median: hours(lead.median),
    p90: hours(lead.p90),
    mean: hours(lead.mean),
    negative: lead.negative,
    medianInterval: interval && { low: hours(interval.low), high: hours(interval.high) },
    tooFew: lead.n < MEDIAN_N_MIN,
  };
}

function middleOf({ n, median, p90 }: Distribution): object {
  return { n, median: hours(median), p90: hours(p90) };
}

function countsOf({ n, median, p90 }: Distribution): object {
  return { n, median: round(median), p90: round(p90) };
}

function effectOf({ before, after, afterInterval }: DeliveryReport["whatIf"][number]["median"]): object {
  return {
    before: hours(before),
    after: hours(after),
    afterInterval: { low: hours(afterInterval.low), high: hours(afterInterval.high) },
  };
}

function trendOf({ measure, periodMs, points, finding, changePoints }: TrendSeries): object {
  const hoursName = HOURS_NAME.get(measure);
  const value = (number: number | null) => (hoursName === undefined ? round(number) : hours(number));
  return {
    measure: hoursName ?? measure,
    periodDays: periodMs / (24 * HOUR_MS),
    finding,
    changes: changePoints.map(({ atMs, before, after, pValue }) => ({
      at: timeOf(atMs),
      before: value(before),
      after: value(after),
      pValue: round(pValue),
    })),
    points: points.map((point) => ({
      from: timeOf(point.fromMs),
      n: point.n,
      ...(point.open === undefined ? {} : { open: point.open }),
      value: value(point.value),
    })),
  };
}

/** Series whose values are durations, by the name that tells their unit. */
const HOURS_NAME: ReadonlyMap<TrendSeries["measure"], string> = new Map([
  ["lead-time", "leadTimeHours"],
  ["recovery", "recoveryHours"],
]);

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function hours(ms: number | null): number | null {
  return ms === null ? null : round(ms / HOUR_MS);
}

/** To a millionth, so that a ratio of two counts is not printed with 17 digits. */
function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
