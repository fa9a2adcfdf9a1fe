import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import classes from "./time-chart.module.css";

export type ChartSeries = {
  readonly label: string;
  /** The name of a colour token, such as `--candidate-arm`. */
  readonly color: string;
  readonly isDashed?: boolean;
  readonly values: readonly (number | null)[];
};

type Props = {
  readonly title: string;
  /** In words what the chart shows now, for those who do not see it. */
  readonly description: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly scale: "linear" | "log";
  readonly range: (min: number, max: number) => [number, number];
  readonly format: (value: number) => string;
  /** On the axis, where there is little room; default: `format`. */
  readonly formatTick?: (value: number) => string;
  /** A line across, such as the one at which a rollout is taken back. */
  readonly line?: { readonly value: number; readonly label: string };
};

const HEIGHT_PIXELS = 210;

/** Lines over time. The newest data replaces the old in place, without building the chart anew. */
export function TimeChart(props: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useComputedColorScheme("light");
  const shape = props.series.map((each) => each.label).join("|");

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew with the scheme, lines with their names
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const plot = new uPlot(optionsOf(latest, element.clientWidth), dataOf(latest.current), element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PIXELS }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [scheme, shape]);

  useEffect(() => {
    if (!chart.current) return;
    chart.current.setData(dataOf(props));
    tellNewest(chart.current);
  }, [props]);

  return (
    <figure className={classes.figure}>
      <figcaption className={classes.title}>{props.title}</figcaption>
      <div ref={holder} role="img" aria-label={props.description} className={classes.plot} />
    </figure>
  );
}

function dataOf({ times, series }: Props): uPlot.AlignedData {
  return [[...times], ...series.map((each) => [...each.values])];
}

function optionsOf(latest: { readonly current: Props }, width: number): uPlot.Options {
  const { series, scale } = latest.current;
  const axis: uPlot.Axis = {
    stroke: token("--text-quiet"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    font: "11.5px Inter, system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT_PIXELS,
    padding: [10, 30, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { size: 6 } },
    legend: { live: true, markers: { width: 0, fill: (_plot, index) => markerOf(series[index - 1]) } },
    scales: {
      x: { time: true },
      y: {
        distr: scale === "log" ? 3 : 1,
        range: (_plot, min, max) => latest.current.range(min ?? 0, max ?? 0),
      },
    },
    axes: [
      { ...axis, size: 28, space: 80, values: "{HH}:{mm}:{ss}" },
      {
        ...axis,
        size: 66,
        values: (_plot, splits) => splits.map((split) => (latest.current.formatTick ?? latest.current.format)(split)),
        ...(scale === "log"
          ? {
              splits: (_plot: uPlot, _axis: number, min: number, max: number) => powersOfTen(min, max),
              // uPlot's own filter leaves out what it thinks too dense, as nulls.
              filter: (_plot: uPlot, splits: number[]) => splits,
            }
          : {}),
      },
    ],
    series: [{ label: "Time", value: "{HH}:{mm}:{ss}" }, ...series.map((each) => seriesOf(each, latest))],
    hooks: { draw: [(plot) => drawLine(plot, latest.current)], setCursor: [tellNewest] },
  };
}

function seriesOf(each: ChartSeries, latest: { readonly current: Props }): uPlot.Series {
  return {
    label: each.label,
    stroke: token(each.color),
    width: 2,
    points: { show: false },
    spanGaps: true,
    ...(each.isDashed ? { dash: [5, 4] } : {}),
    value: (_plot, value) => (value === null || value === undefined ? "–" : latest.current.format(value)),
  };
}

/** The legend tells the newest values, unless the pointer asks for others. */
function tellNewest(plot: uPlot): void {
  const isPointed = typeof plot.cursor.idx === "number" && (plot.cursor.left ?? -1) >= 0;
  const newest = plot.data[0].length - 1;
  if (!isPointed && newest >= 0) plot.setLegend({ idx: newest }, false);
}

function markerOf(series: ChartSeries | undefined): string {
  return series ? token(series.color) : "transparent";
}

/** What a log axis names: 0.1, 1, 10 … within its bounds. */
function powersOfTen(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const last = Math.floor(Math.log10(max) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

function drawLine(plot: uPlot, { line }: Props): void {
  if (!line) return;
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(line.value, "y", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = token("--bad-mark");
  ctx.fillStyle = token("--bad");
  ctx.lineWidth = 1.5 * window.devicePixelRatio;
  ctx.textAlign = "left";
  ctx.font = `600 ${11.5 * window.devicePixelRatio}px Inter, system-ui, sans-serif`;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.fillText(line.label, bbox.left + 8 * window.devicePixelRatio, y - 6 * window.devicePixelRatio);
  ctx.restore();
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
