import type { BatchRisk, StageShare } from "@steadfast/core/delivery/bottleneck-report";
import { distributionOf } from "@steadfast/core/delivery/distribution";
import type { DeliveryReport, TrendSeries } from "@steadfast/core/delivery/report";
import { countedText, dayText, numberText, STAGE_TEXT, spanText, trendValueText } from "./wording.ts";

/** Charts as SVG text, without a library: what a page must show offline and on paper. Colours are CSS variables of the page. */
const WIDTH = 960;
const LEFT = 72;
const RIGHT = 12;
const BOTTOM = 22;
/** More dots than this are neither seen nor printed; every n-th is drawn. */
const DOTS_MAX = 3_000;
const HOUR_MS = 3_600_000;
const LEAD_TICKS: readonly (readonly [number, string])[] = [
  [60_000, "1 min"],
  [HOUR_MS, "1 hour"],
  [24 * HOUR_MS, "1 day"],
  [7 * 24 * HOUR_MS, "1 week"],
  [30 * 24 * HOUR_MS, "30 days"],
  [365 * 24 * HOUR_MS, "1 year"],
];

/** Text between tags or in an attribute: names come from a repository that anybody may have written. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, " ");
}

type Scale = (value: number) => number;

function timeScale({ window }: DeliveryReport): Scale {
  const span = Math.max(1, window.toMs - window.fromMs);
  return (ms) => LEFT + ((ms - window.fromMs) / span) * (WIDTH - LEFT - RIGHT);
}

function frame(height: number, label: string, content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${content}</svg>`;
}

function text(x: number, y: number, content: string, anchor = "middle"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;
}

function timeAxis({ window }: DeliveryReport, height: number): string {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const x = LEFT + share * (WIDTH - LEFT - RIGHT);
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    return text(x, height - 6, dayText(window.fromMs + share * (window.toMs - window.fromMs)), anchor);
  });
  return `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${height - BOTTOM}" y2="${height - BOTTOM}"/>${marks.join("")}`;
}

/** Each change at the time it shipped, by its lead time on a log scale; median and p90 as lines, failed releases as ticks below. */
export function leadTimeScatter(report: DeliveryReport): string {
  const height = 300;
  const x = timeScale(report);
  const leads = report.changes.flatMap(({ shippedAtMs, leadMs }) =>
    leadMs === null ? [] : [{ shippedAtMs, leadMs: Math.max(60_000, leadMs) }],
  );
  if (leads.length === 0) return "";
  const { median, p90 } = distributionOf(leads.map(({ leadMs }) => leadMs));
  const highest = leads.reduce((most, { leadMs }) => Math.max(most, leadMs), HOUR_MS);
  const least = leads.reduce((shortest, { leadMs }) => Math.min(shortest, leadMs), highest);
  const floorMs = LEAD_TICKS.findLast(([ms]) => ms <= least && ms < highest)?.[0] ?? 60_000;
  const span = Math.log(highest / floorMs);
  const y: Scale = (ms) => 12 + (1 - Math.log(Math.max(floorMs, ms) / floorMs) / span) * (height - BOTTOM - 24);
  const every = Math.ceil(leads.length / DOTS_MAX);
  const dots = leads
    .filter((_lead, index) => index % every === 0)
    .map(({ shippedAtMs, leadMs }) => `<circle cx="${x(shippedAtMs).toFixed(1)}" cy="${y(leadMs).toFixed(1)}" r="2"/>`);
  const ticks = LEAD_TICKS.filter(([ms]) => ms <= highest && ms >= floorMs).map(
    ([ms, label]) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}"/>${text(LEFT - 6, y(ms) + 4, label, "end")}`,
  );
  const level = (ms: number | null, name: string) =>
    ms === null
      ? ""
      : `<line class="level" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ms).toFixed(1)}" y2="${y(ms).toFixed(1)}"/>${text(WIDTH - RIGHT, y(ms) - 4, `${name} ${spanText(ms)}`, "end")}`;
  const failed = report.deployments
    .filter(({ isFailed }) => isFailed)
    .map(
      ({ atMs, name }) =>
        `<rect class="bad" x="${(x(atMs) - 1).toFixed(1)}" y="${height - BOTTOM - 8}" width="2" height="8"><title>${escapeHtml(name)}</title></rect>`,
    );
  return frame(
    height,
    "Lead time of each change",
    `${ticks.join("")}<g class="dots">${dots.join("")}</g>${level(median, "median")}${level(p90, "p90")}${failed.join("")}${timeAxis(report, height)}`,
  );
}

/** A series as bars; where its level changed, a line with the date. Nothing where no period has a value. */
export function trendBars(report: DeliveryReport, series: TrendSeries): string {
  if (series.points.every(({ value }) => value === null)) return "";
  const height = 130;
  const x = timeScale(report);
  const highest = series.points.reduce((most, { value }) => Math.max(most, value ?? 0), 0);
  const y: Scale = (value) => 10 + (1 - (highest === 0 ? 0 : value / highest)) * (height - BOTTOM - 10);
  const bars = series.points.flatMap(({ fromMs, value, n, open = 0 }) => {
    if (value === null) return [];
    const left = x(fromMs);
    const right = Math.min(WIDTH - RIGHT, x(fromMs + series.periodMs));
    const title = `${dayText(fromMs)}: ${trendValueText(series.measure, value)} (n = ${n}${open > 0 ? `, ${open} still open` : ""})`;
    return `<rect class="bar" x="${left.toFixed(1)}" y="${y(value).toFixed(1)}" width="${Math.max(1, right - left - 1).toFixed(1)}" height="${(height - BOTTOM - y(value)).toFixed(1)}"><title>${escapeHtml(title)}</title></rect>`;
  });
  const changes = series.changePoints.map(
    ({ atMs }) =>
      `<line class="change" x1="${x(atMs).toFixed(1)}" x2="${x(atMs).toFixed(1)}" y1="4" y2="${height - BOTTOM}"/>`,
  );
  return frame(
    height,
    series.measure,
    `${bars.join("")}${changes.join("")}${text(LEFT - 6, 16, trendValueText(series.measure, highest), "end")}${timeAxis(report, height)}`,
  );
}

/** Releases by how many commits they held (1, 2, 3–4, 5–8, …), the failed ones of each in front. */
export function batchHistogram(report: DeliveryReport): string {
  const height = 150;
  const batches = report.deployments.filter(({ role, nonMerge }) => role === "shipped" && nonMerge > 0);
  if (batches.length === 0) return "";
  const binOf = (commits: number) => Math.ceil(Math.log2(commits));
  const binCount = batches.reduce((most, { nonMerge }) => Math.max(most, binOf(nonMerge)), 0) + 1;
  const bins = Array.from({ length: binCount }, (_bin, index) => {
    const inBin = batches.filter(({ nonMerge }) => binOf(nonMerge) === index);
    return { all: inBin.length, failed: inBin.filter(({ isFailed }) => isFailed).length };
  });
  const most = bins.reduce((highest, { all }) => Math.max(highest, all), 1);
  const width = (WIDTH - LEFT - RIGHT) / binCount;
  const tall = (count: number) => (count / most) * (height - BOTTOM - 22);
  const bar = (kind: string, index: number, count: number) =>
    count === 0
      ? ""
      : `<rect class="${kind}" x="${(LEFT + index * width + 4).toFixed(1)}" y="${(height - BOTTOM - tall(count)).toFixed(1)}" width="${(width - 8).toFixed(1)}" height="${tall(count).toFixed(1)}"/>`;
  const columns = bins.map(({ all, failed }, index) => {
    const label = index < 2 ? String(2 ** index) : `${2 ** (index - 1) + 1}–${2 ** index}`;
    const middle = LEFT + (index + 0.5) * width;
    return `${bar("bar", index, all)}${bar("bad", index, failed)}${text(middle, height - 6, label)}${text(middle, height - BOTTOM - tall(all) - 5, failed > 0 ? `${all}, ${failed} failed` : String(all))}`;
  });
  return frame(height, "Commits a release", columns.join(""));
}

/** Shares of the stages, of all the time and of the slowest tenth. */
export function stageBars(report: DeliveryReport): string {
  const stages = report.stages?.stages;
  if (stages === undefined) return "";
  const row = (y: number, label: string, toldShareOf: (stage: StageShare) => number | null) => {
    const whole = stages.reduce((sum, stage) => sum + (toldShareOf(stage) ?? 0), 0) || 1;
    const textOf = (stage: StageShare) => `${STAGE_TEXT[stage.stage]} ${numberText((toldShareOf(stage) ?? 0) * 100)} %`;
    let left = LEFT + 60;
    const room = WIDTH - left - RIGHT;
    const parts = stages.map((stage, index) => {
      const width = ((toldShareOf(stage) ?? 0) / whole) * room;
      const part = `<rect class="stage${index % 6}" x="${left.toFixed(1)}" y="${y}" width="${Math.max(0, width - 1).toFixed(1)}" height="26"><title>${escapeHtml(textOf(stage))}</title></rect>`;
      const name =
        width > 165 ? `<text class="inside" x="${(left + 8).toFixed(1)}" y="${y + 17}">${textOf(stage)}</text>` : "";
      left += width;
      return part + name;
    });
    return `${text(LEFT + 50, y + 17, label, "end")}${parts.join("")}`;
  };
  return frame(
    76,
    "Where the time goes",
    `${row(4, "all changes", ({ shareOfTotal }) => shareOfTotal)}${row(40, "slowest tenth", ({ shareOfSlowest }) => shareOfSlowest)}`,
  );
}

/** One sentence on size and failure: both ways of counting, or that there is too little to say. */
export function batchRiskText({ groups, pValue }: BatchRisk): string {
  const [small, large] = groups;
  if (small === undefined || large === undefined || pValue === null)
    return "Too few releases to compare small ones with large ones.";
  const percent = (rate: number) => `${numberText(rate * 100)} %`;
  const sure =
    pValue < 0.05
      ? `p = ${pValue < 0.001 ? "<0.001" : numberText(pValue)}`
      : `no detectable difference, p = ${numberText(pValue)}`;
  return `Releases of ${rangeText(small)} failed in ${percent(small.perRelease)} of ${small.deployments}, those of ${rangeText(large)} in ${percent(large.perRelease)} of ${large.deployments} (${sure}); per 1,000 commits that is ${numberText(small.perThousandCommits)} and ${numberText(large.perThousandCommits)} failures.`;
}

/** "1 commit", "2–5 commits". */
function rangeText({ commitsMin, commitsMax }: BatchRisk["groups"][number]): string {
  return commitsMin === commitsMax
    ? countedText(commitsMin, "commit")
    : `${commitsMin}–${countedText(commitsMax, "commit")}`;
}
