import type { BarChart } from "../bench/src/report/bench-result.ts";

const WIDTH = 760;
const NAME_WIDTH = 270;
const VALUE_WIDTH = 110;
const BAR_HEIGHT = 20;
const ROW_HEIGHT = 30;
const TOP = 44;

/** An SVG of horizontal bars that reads on light and on dark pages. The same input gives the same bytes. */
export function renderBarChart(chart: BarChart): string {
  const height = TOP + chart.bars.length * ROW_HEIGHT + 8;
  const scale = makeScale(chart);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(chart.title)}">`,
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.peer{fill:#9aa5b1}.ours{fill:#1a7f5a}@media(prefers-color-scheme:dark){text{fill:#d0d7de}.peer{fill:#57606a}.ours{fill:#3fb98a}}</style>",
    `<text class="title" x="8" y="20">${escapeXml(chart.title)}${chart.isLogarithmic ? " (logarithmic)" : ""}</text>`,
    ...chart.bars.flatMap((bar, index) => {
      const y = TOP + index * ROW_HEIGHT;
      const width = Math.max(2, Math.round(scale(bar.value) * (WIDTH - NAME_WIDTH - VALUE_WIDTH)));
      return [
        `<text x="${NAME_WIDTH - 10}" y="${y + 15}" text-anchor="end">${escapeXml(bar.name)}</text>`,
        `<rect class="${bar.isOurs ? "ours" : "peer"}" x="${NAME_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="3"/>`,
        `<text x="${NAME_WIDTH + width + 8}" y="${y + 15}">${sayValue(bar.value)} ${escapeXml(chart.unit)}</text>`,
      ];
    }),
    "</svg>",
    "",
  ].join("\n");
}

/** Onto 0..1. A logarithmic scale begins at the power of ten below the smallest value. */
function makeScale({ bars, isLogarithmic }: BarChart): (value: number) => number {
  const values = bars.map(({ value }) => value).filter((value) => value > 0);
  const max = Math.max(...values);
  if (!isLogarithmic) return (value) => value / max;
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.log10(max);
  return (value) => (value > 0 && to > from ? (Math.log10(value) - from) / (to - from) : 0);
}

function sayValue(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
