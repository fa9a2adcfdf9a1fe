import type uPlot from "uplot";
import { type ChartLine, type ChartSpec, token } from "./chart-spec.ts";
import { CHART_FONT, drawEndLabels, drawMarks, drawThreshold, END_LABEL_WIDTH } from "./draw-chart.ts";

/** CSS pixels of the plot with its axes. */
export const CHART_HEIGHT = 216;

/** Charts with one of these share the cursor. */
const SYNC_KEY = "rollout";

const MARK_LABEL_HEIGHT = 18;
/** A drag that is shorter is a click with a trembling hand. */
const BRUSH_PIXELS_MIN = 8;

const DASHES = { solid: undefined, dashed: [6, 4], dotted: [2, 3] } as const;

export type ChartHandlers = {
  /** The person marked a span of time, seconds since the epoch. */
  readonly onBrush: (from: number, to: number) => void;
  readonly onReset: () => void;
};

/** @param latest what the chart shows now: read anew with each drawing */
export function chartOptions(latest: { readonly current: ChartSpec & ChartHandlers }, width: number): uPlot.Options {
  const { lines, scale, area } = latest.current;
  const axis: uPlot.Axis = {
    stroke: token("--text-quiet"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    font: CHART_FONT,
  };
  return {
    width,
    height: CHART_HEIGHT,
    padding: [MARK_LABEL_HEIGHT, END_LABEL_WIDTH, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: BRUSH_PIXELS_MIN },
      points: { size: 6 },
      sync: { key: SYNC_KEY, setSeries: false },
      bind: { dblclick: () => () => reset(latest.current) },
    },
    legend: {
      live: true,
      markers: {
        width: 2,
        stroke: (_plot, index) => colorOf(lines[index - 1]),
        fill: (_plot, index) => (isSolid(lines[index - 1]) ? colorOf(lines[index - 1]) : "transparent"),
        dash: (_plot, index) => lines[index - 1]?.look ?? "solid",
      },
    },
    scales: {
      x: { time: true, range: (_plot, min, max) => spanOf(latest.current, min ?? 0, max ?? 1) },
      y: {
        distr: scale === "log" ? 3 : 1,
        range: (_plot, min, max) => {
          const [low, high] = latest.current.range(min ?? 0, max ?? 0);
          return [low, high];
        },
      },
    },
    axes: [
      { ...axis, size: 28, space: 76, values: "{HH}:{mm}:{ss}" },
      {
        ...axis,
        size: 58,
        values: (_plot, splits) => splits.map((split) => (latest.current.formatTick ?? latest.current.format)(split)),
        ...(scale === "log"
          ? {
              splits: (_plot: uPlot, _axis: number, min: number, max: number) => [
                ...(latest.current.ticks ?? powersOfTen)(min, max),
              ],
              // uPlot's own filter leaves out what it thinks too dense, as nulls.
              filter: (_plot: uPlot, splits: number[]) => splits,
            }
          : {}),
      },
    ],
    series: [{ label: "Time", value: "{HH}:{mm}:{ss}" }, ...lines.map((line) => seriesOf(line, latest))],
    ...(area ? { bands: [{ series: [area.upper + 1, area.lower + 1], fill: fillOf(area.color) }] } : {}),
    hooks: {
      drawAxes: [(plot) => drawMarks(plot, latest.current)],
      draw: [
        (plot) => {
          drawThreshold(plot, latest.current);
          drawEndLabels(plot, latest.current);
        },
      ],
      setCursor: [tellNewest],
      setSelect: [(plot) => brush(plot, latest.current)],
    },
  };
}

/** The legend tells the newest values, unless the pointer asks for others. */
export function tellNewest(plot: uPlot): void {
  const isPointed = typeof plot.cursor.idx === "number" && (plot.cursor.left ?? -1) >= 0;
  const newest = plot.data[0].length - 1;
  if (!isPointed && newest >= 0) plot.setLegend({ idx: newest }, false);
}

function seriesOf(line: ChartLine, latest: { readonly current: ChartSpec }): uPlot.Series {
  const dash = DASHES[line.look ?? "solid"];
  return {
    label: line.label,
    stroke: token(line.color),
    width: line.width ?? 2,
    // A value between two that are missing would be a line without length.
    points: { show: true, size: 4, fill: token(line.color), filter: (plot, index) => lonely(plot.data[index] ?? []) },
    spanGaps: false,
    ...(dash ? { dash: [...dash] } : {}),
    value: (_plot, value) => (value === null || value === undefined ? "–" : latest.current.format(value)),
  };
}

function lonely(values: ArrayLike<unknown>): number[] {
  const found: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const isAlone = isMissing(values[index - 1]) && isMissing(values[index + 1]);
    if (isAlone && !isMissing(values[index])) found.push(index);
  }
  return found;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}

/** Where nothing was judged for long yet, the axis begins with half a minute: a second would be drawn over its whole width. */
const SPAN_SECONDS_MIN = 30;

function spanOf({ span }: ChartSpec, min: number, max: number): [number, number] {
  if (span) return [span[0], span[1]];
  return [Math.min(min, max - SPAN_SECONDS_MIN), max];
}

function brush(plot: uPlot, { onBrush }: ChartHandlers): void {
  const { left, width } = plot.select;
  // The others follow the pointer: the one that it is in speaks.
  if (width < BRUSH_PIXELS_MIN || !plot.root.matches(":hover")) return;
  const from = plot.posToVal(left, "x");
  const to = plot.posToVal(left + width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onBrush(from, to);
}

function reset({ onReset }: ChartHandlers): null {
  onReset();
  return null;
}

function colorOf(line: ChartLine | undefined): string {
  return line ? token(line.color) : "transparent";
}

function isSolid(line: ChartLine | undefined): boolean {
  return line !== undefined && (line.look ?? "solid") === "solid";
}

function fillOf(color: string): string {
  return `color-mix(in srgb, ${token(color)} 22%, transparent)`;
}

/** What a log axis names: 0.1, 1, 10 … within its bounds. */
function powersOfTen(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}
