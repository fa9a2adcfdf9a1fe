import type { DeliveryReport } from "@steadfast/core/delivery/report";
import { countText } from "../terminal/figures.ts";
import type { Collected, PackageReport } from "./collected.ts";
import { DEFINITIONS } from "./explain.ts";
import { bottleneckText, doubtText, type Lever, leversOf } from "./levers.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { UNTAGGED_ADVICE } from "./release-view.ts";
import { timeOf } from "./report-json.ts";
import { batchHistogram, batchRiskText, escapeHtml, leadTimeScatter, stageBars, trendBars } from "./svg-charts.ts";
import { dayText, findingText, howText, measureText, partText, periodText, spanText } from "./wording.ts";

const LINKS_MAX = 200;

/** One self-contained page: no script, nothing fetched, printable. Safe for names that hold markup: all text is escaped, and the page forbids scripts. */
export function htmlOf(collected: Collected, nowMs: number): string {
  const name = escapeHtml(collected.repository.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Delivery of ${name}</title><style>${PAGE_STYLE}</style></head><body>
<header><h1>Delivery of ${name}</h1></header>
${collected.reports.map((subject) => sectionOf(collected, subject)).join("\n")}
<section><h2>How each figure is defined</h2><dl>${DEFINITIONS.map(([term, meaning]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`).join("")}</dl></section>
<footer>Measured ${escapeHtml(timeOf(nowMs))} by Steadfast, from a git clone alone.</footer>
</body></html>
`;
}

function sectionOf({ tagCount }: Collected, subject: PackageReport): string {
  const { package: path, report, compared } = subject;
  const { fromMs, toMs } = report.window;
  const before = compared === null ? null : leversOf(compared);
  const title = path === null ? "" : `<h2 class="package">${escapeHtml(path)}</h2>`;
  const compare =
    compared === null ? "" : `, beside ${dayText(compared.window.fromMs)} to ${dayText(compared.window.toMs)}`;
  return `${title}<p>${releasesText(subject, tagCount)}</p><p class="window">${dayText(fromMs)} to ${dayText(toMs)}${compare}</p>
<div class="levers">${leversOf(report)
    .map((lever, index) => tileOf(lever, before?.[index]?.figure))
    .join("")}</div>
${chart("Lead time of each change", "From the author's date to the release; log scale. Red marks below are failed releases.", leadTimeScatter(report))}
${report.trend.map((series) => chart(`${capital(measureText(series.measure))} by ${periodText(series.periodMs)}`, findingText(series), trendBars(report, series))).join("")}
${chart("Where the time goes", [bottleneckText(report), doubtText(report)].join(" ").trim(), stageBars(report))}
${chart("Size of releases", batchRiskText(report.batchRisk), batchHistogram(report))}
${failuresOf(report)}
${listOf("Taken for granted", [...subject.assumptions, ...report.assumptions])}
${listOf(
  "Not known from here",
  report.unknowns.map(({ what, source }) => `${what} → ${source}`),
)}`;
}

function releasesText({ releases: { patterns, matchedCount } }: PackageReport, tagCount: number): string {
  if (tagCount === 0)
    return `There are no tags: there is no release to measure by. ${escapeHtml(UNTAGGED_ADVICE.join(". "))}.`;
  if (patterns.length === 0)
    return "No tag of the repository looks like a release: say which ones are with --releases.";
  const codes = patterns.map((pattern) => `<code>${escapeHtml(pattern)}</code>`).join(" ");
  return `A release is a tag that matches ${codes} (${partText(matchedCount, tagCount, "tag")}).`;
}

function tileOf({ label, figure, detail }: Lever, before: string | undefined): string {
  const was = before === undefined ? "" : `<span class="was">was ${escapeHtml(before)}</span>`;
  const kind = /^(too few|none)/.test(figure) ? " few" : "";
  return `<div class="lever${kind}"><h3>${escapeHtml(label.replace(/^ +/, "Lead time "))}</h3><strong>${escapeHtml(figure)}</strong>${was}<p>${escapeHtml(detail)}</p></div>`;
}

function chart(title: string, caption: string, svg: string): string {
  return svg === "" ? "" : `<section><h2>${escapeHtml(title)}</h2><p>${escapeHtml(caption)}</p>${svg}</section>`;
}

function failuresOf({ changeFailRate }: DeliveryReport): string {
  const { links, unlinked } = changeFailRate;
  if (links.length === 0 && unlinked.length === 0) return "";
  const rows = [...links]
    .reverse()
    .slice(0, LINKS_MAX)
    .map(({ release, failedBy, certainty, recoveredBy, recoveryMs, openForMs, evidence }) => {
      const after = recoveryMs === null ? `open for ${spanText(openForMs ?? 0)}` : spanText(recoveryMs);
      const cells = [
        release,
        `${howText(failedBy)} (${certainty})`,
        recoveredBy ?? (recoveryMs === null ? "open" : "resolved"),
        after,
        evidence,
      ];
      return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
    });
  const rest = links.length > LINKS_MAX ? `<p>and ${countText(links.length - LINKS_MAX)} more</p>` : "";
  const table =
    links.length === 0
      ? ""
      : `<table><thead><tr><th>Release</th><th>How it is known</th><th>Mended by</th><th>After</th><th>Evidence</th></tr></thead><tbody>${rows.join("")}</tbody></table>${rest}`;
  return `<section><h2>Failed releases</h2>${table}${listOf(
    "Unlinked",
    unlinked.slice(0, LINKS_MAX).map(({ evidence, why }) => `${evidence}: ${why}`),
  )}</section>`;
}

function listOf(title: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return `<section class="notes"><h2>${escapeHtml(title)}</h2><ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul></section>`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
