import type uPlot from "uplot";
import { type ChartLine, type ChartMark, type ChartSpec, TONE_TOKENS, token } from "./chart-spec.ts";

/** What is drawn over uPlot's lines: what happened, the threshold, and each line's name at its end. */

/** Of whatever stands on a canvas, CSS pixels. */
export const CHART_FONT = `11.5px "Inter Variable", Inter, system-ui, sans-serif`;
const LABEL_GAP = 13;
/** CSS pixels right of the plot, for the lines' names. */
export const END_LABEL_WIDTH = 66;

/** Marks lie behind the lines. One whose word has no room keeps its line. */
export function drawMarks(plot: uPlot, { marks }: ChartSpec): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const right = bbox.left + bbox.width;
  ctx.save();
  ctx.font = scaled(CHART_FONT, "500");
  let freeFrom = Number.NEGATIVE_INFINITY;
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark.at, "x", true)) + 0.5;
    if (x < bbox.left - 1 || x > right + 1) continue;
    drawMarkLine(ctx, bbox, mark, x);
    const width = ctx.measureText(mark.label).width + 4 * ratio;
    // At the right edge the word stands before its line.
    const isBefore = x + width > right + END_LABEL_WIDTH * ratio;
    const start = isBefore ? x - width : x;
    if (start < freeFrom) continue;
    ctx.textAlign = isBefore ? "right" : "left";
    ctx.fillText(mark.label, isBefore ? x - 4 * ratio : x + 4 * ratio, bbox.top - 5 * ratio);
    freeFrom = start + width + 6 * ratio;
  }
  ctx.restore();
}

function drawMarkLine(ctx: CanvasRenderingContext2D, bbox: uPlot.BBox, mark: ChartMark, x: number): void {
  const ratio = devicePixelRatio;
  ctx.strokeStyle = token(TONE_TOKENS[mark.tone]);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.globalAlpha = 0.55;
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top - 12 * ratio);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

export function drawThreshold(plot: uPlot, { threshold }: ChartSpec): void {
  if (!threshold) return;
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const y = Math.round(plot.valToPos(threshold.value, "y", true)) + 0.5;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  const isBad = threshold.tone === "bad";
  ctx.save();
  ctx.strokeStyle = token(isBad ? "--bad-mark" : "--idle-mark");
  ctx.fillStyle = token(isBad ? "--bad" : "--text-quiet");
  ctx.lineWidth = (isBad ? 1.5 : 1) * ratio;
  ctx.font = scaled(CHART_FONT, isBad ? "600" : "500");
  ctx.textAlign = "left";
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  // Marks and lines end short of the words.
  ctx.strokeStyle = token("--surface");
  ctx.lineWidth = 4 * ratio;
  ctx.lineJoin = "round";
  ctx.strokeText(threshold.label, bbox.left + 8 * ratio, y - 6 * ratio);
  ctx.fillText(threshold.label, bbox.left + 8 * ratio, y - 6 * ratio);
  ctx.restore();
}

/** Each line's name at its last value, moved apart where they would cover each other. */
export function drawEndLabels(plot: uPlot, { lines, times }: ChartSpec): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const right = bbox.left + bbox.width;
  const labels = lines
    .filter((line) => !line.isUnlabelled)
    .map((line) => ({ line, y: endOf(plot, line, times) }))
    .filter((label) => label.y !== undefined)
    .sort((a, b) => (a.y ?? 0) - (b.y ?? 0));
  const places = spread(
    labels.map(({ y }) => Math.min(bbox.top + bbox.height, Math.max(bbox.top, y ?? 0))),
    LABEL_GAP * ratio,
    bbox.top + bbox.height,
  );
  ctx.save();
  ctx.font = scaled(CHART_FONT, "600");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  labels.forEach(({ line }, index) => {
    ctx.fillStyle = token(line.color);
    ctx.fillText(line.shortLabel ?? line.label, right + 6 * ratio, places[index] ?? 0);
  });
  ctx.restore();
}

/** A line that ends further from the newest point than this has no name at the edge: it is not there. */
const END_POINTS_MAX = 20;

/** Where the line ends, canvas pixels; `undefined`: it has nothing to show at the end of the time that is shown. */
function endOf(plot: uPlot, line: ChartLine, times: readonly number[]): number | undefined {
  const from = plot.scales.x?.min ?? Number.NEGATIVE_INFINITY;
  const to = plot.scales.x?.max ?? Number.POSITIVE_INFINITY;
  let left = END_POINTS_MAX;
  for (let index = times.length - 1; index >= 0 && left > 0; index -= 1) {
    const time = times[index] ?? 0;
    const value = line.values[index];
    if (time < from) return undefined;
    if (time > to) continue;
    if (typeof value === "number") return plot.valToPos(value, "y", true);
    left -= 1;
  }
  return undefined;
}

/** Ascending places at least `gap` apart, none below `bottom`, each as near to what was asked for as that allows. */
export function spread(wanted: readonly number[], gap: number, bottom: number): number[] {
  const places: number[] = [];
  for (const place of wanted) places.push(Math.max(place, (places.at(-1) ?? Number.NEGATIVE_INFINITY) + gap));
  let limit = bottom;
  for (let index = places.length - 1; index >= 0; index -= 1) {
    places[index] = Math.min(places[index] ?? 0, limit);
    limit = (places[index] ?? 0) - gap;
  }
  return places;
}

function scaled(font: string, weight: string): string {
  return `${weight} ${font.replace(/^[\d.]+/, (size) => String(Number(size) * devicePixelRatio))}`;
}
