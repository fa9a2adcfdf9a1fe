import type { DeliveryReport, TrendSeries } from "@steadfast/core/delivery/report";
import { REPLAY_N_MIN } from "@steadfast/core/delivery/what-if";
import { countText, percentText } from "../terminal/figures.ts";
import type { Paint } from "../terminal/paint.ts";
import { renderTable } from "../terminal/table.ts";
import { padEnd, plain, wrap } from "../terminal/text.ts";
import type { Collected, PackageReport } from "./collected.ts";
import { failureLines } from "./failure-view.ts";
import { bottleneckText, doubtText, type Lever, leversOf } from "./levers.ts";
import { releaseLines } from "./release-view.ts";
import {
  countedText,
  dayText,
  findingText,
  measureText,
  medianText,
  p90Text,
  periodText,
  STAGE_TEXT,
} from "./wording.ts";

export type View = { readonly paint: Paint; readonly width: number };

const LABEL_WIDTH = 19;
const FIGURE_WIDTH = 14;

/** The report for a terminal: what was measured, the five levers, trend, where the time goes, what is not known. */
export function renderReports(collected: Collected, view: View): readonly string[] {
  const title = view.paint("bold", `Delivery of ${plain(collected.repository.name)}`);
  return [title, ...collected.reports.flatMap((subject) => [...renderReport(collected, subject, view), ""])].slice(
    0,
    -1,
  );
}

function renderReport(collected: Collected, subject: PackageReport, view: View): readonly string[] {
  const { package: path, report, compared } = subject;
  const { paint, width } = view;
  const title = path === null ? [] : [paint("bold", plain(path))];
  const isEmpty = report.frequency.count === 0;
  const nothing = wrap("No release lies between these days: there is no figure to show.", width);
  const sections = [
    [...title, ...releaseLines(collected, subject, view)],
    subject.releases.matchedCount === 0 ? [] : wrap(windowText(report, compared), width),
    subject.releases.matchedCount === 0
      ? []
      : isEmpty
        ? nothing.map((line) => paint("yellow", line))
        : leverLines(report, compared, view),
    failureLines(report.changeFailRate, view),
    isEmpty ? [] : trendLines(report.trend, view),
    stageLines(report, view),
    noteLines("Taken for granted", [...subject.assumptions, ...report.assumptions], view),
    noteLines(
      "Not known from here",
      report.unknowns.map(({ what, source }) => `${what} → ${source}`),
      view,
    ),
  ];
  const shown = sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
  return shown;
}

function windowText({ window }: DeliveryReport, compared: DeliveryReport | null): string {
  const text = ({ fromMs, toMs }: DeliveryReport["window"]) => `${dayText(fromMs)} to ${dayText(toMs)}`;
  return compared === null ? text(window) : `${text(window)}; what was is of ${text(compared.window)}`;
}

function leverLines(report: DeliveryReport, compared: DeliveryReport | null, view: View): readonly string[] {
  const before = compared === null ? null : leversOf(compared);
  return leversOf(report).flatMap((lever, index) => {
    const was = before?.[index]?.figure;
    return leverLine(was === undefined ? lever : { ...lever, detail: `was ${was}; ${lever.detail}` }, view);
  });
}

function leverLine({ label, figure, detail }: Lever, { paint, width }: View): readonly string[] {
  const indent = LABEL_WIDTH + FIGURE_WIDTH + 2;
  const isNothing = /^(too few|none)/.test(figure);
  const [first = "", ...rest] = wrap(detail, Math.max(24, width - indent));
  const head = `${padEnd(label, LABEL_WIDTH)}${paint(isNothing ? "yellow" : "bold", padEnd(figure, FIGURE_WIDTH))}  `;
  return [
    `${head}${paint("dim", first)}`.trimEnd(),
    ...rest.map((line) => `${" ".repeat(indent)}${paint("dim", line)}`),
  ];
}

const SPARKS = "▁▂▃▄▅▆▇█";

function trendLines(trend: readonly TrendSeries[], { paint, width }: View): readonly string[] {
  if (trend.length === 0) return [];
  const roomMax = Math.max(10, Math.min(48, width - LABEL_WIDTH - 40));
  const sparks = trend.map((series) => sparkline(series, roomMax));
  const room = Math.max(...sparks.map(({ length }) => length));
  const lines = trend.flatMap((series, index) => {
    const spark = padEnd(sparks[index] ?? "", room);
    const finding = findingText(series);
    const style = series.finding === "change" ? "cyan" : "dim";
    const [first = "", ...rest] = wrap(finding, Math.max(20, width - LABEL_WIDTH - room - 2));
    const indent = " ".repeat(LABEL_WIDTH + room + 2);
    return [
      `${padEnd(measureText(series.measure), LABEL_WIDTH)}${paint("blue", spark)}  ${paint(style, first)}`,
      ...rest.map((line) => `${indent}${paint(style, line)}`),
    ];
  });
  return [paint("bold", `Trend by ${periodText(trend[0]?.periodMs ?? 0)}`), ...lines];
}

/** The last periods that fit, or neighbours averaged; a gap where there is no data. */
function sparkline({ points }: TrendSeries, room: number): string {
  const each = Math.max(1, Math.ceil(points.length / room));
  const values: (number | null)[] = [];
  for (let start = 0; start < points.length; start += each) {
    const known = points.slice(start, start + each).flatMap(({ value }) => (value === null ? [] : [value]));
    values.push(known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length);
  }
  const highest = Math.max(...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return " ";
      return (
        SPARKS[highest === 0 ? 0 : Math.min(SPARKS.length - 1, Math.floor((value / highest) * SPARKS.length))] ?? " "
      );
    })
    .join("");
}

function stageLines(report: DeliveryReport, view: View): readonly string[] {
  const { stages } = report;
  const { paint, width } = view;
  if (stages === null || stages.n < REPLAY_N_MIN) return [];
  const left = stages.left > 0 ? `; ${countText(stages.left)} left out, whose dates run backwards` : "";
  const staged = `${countedText(stages.n, stages.unit)}${left}`;
  const rows = renderTable(
    stages.stages,
    [
      { title: "", text: ({ stage }) => STAGE_TEXT[stage] },
      { title: "MEDIAN", text: ({ ms }) => medianText(ms), align: "right" },
      { title: "P90", text: ({ ms }) => p90Text(ms), align: "right" },
      { title: "OF ALL TIME", text: ({ shareOfTotal }) => shareText(shareOfTotal), align: "right" },
      { title: "OF THE SLOWEST TENTH", text: ({ shareOfSlowest }) => shareText(shareOfSlowest), align: "right" },
    ],
    view,
  );
  return [
    `${paint("bold", "Where the time goes")}  ${paint("dim", staged)}`,
    ...rows,
    ...wrap(bottleneckText(report), width).map((line) => paint("cyan", line)),
    ...wrap(doubtText(report), width).map((line) => paint("yellow", line)),
  ].filter((line) => line !== "");
}

function shareText(share: number | null): string {
  return share === null ? "not told" : percentText(share);
}

function noteLines(title: string, notes: readonly string[], { paint, width }: View): readonly string[] {
  if (notes.length === 0) return [];
  const items = notes.flatMap((note) =>
    wrap(plain(note), width - 2).map((line, index) => `${index === 0 ? "· " : "  "}${line}`),
  );
  return [paint("bold", title), ...items.map((line) => paint("dim", line))];
}
