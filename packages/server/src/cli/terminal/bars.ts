import type { Paint } from "./paint.ts";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** Stands in a bar's way where a mark is asked for. */
export const BAR_MARK = "│";

/**
 * A bar of `width` columns filled to `ratio` (clamped to 0..1), to the eighth of a column.
 *
 * @param markRatio 0..1: where a mark stands across the bar, such as "neither for nor against"
 */
export function bar(
  ratio: number,
  width: number,
  paint: Paint,
  format: Parameters<Paint>[0],
  markRatio?: number,
): string {
  const clamped = Number.isFinite(ratio) ? Math.min(1, Math.max(0, ratio)) : 0;
  const eighths = Math.round(clamped * width * 8);
  const full = Math.floor(eighths / 8);
  const part = EIGHTHS[eighths % 8] ?? "";
  const filled = [..."█".repeat(full), ...part];
  const rest = [..."·".repeat(Math.max(0, width - filled.length))];
  if (markRatio === undefined) return paint(format, filled.join("")) + paint("dim", rest.join(""));
  const mark = Math.min(width - 1, Math.round(markRatio * width));
  return [...filled, ...rest]
    .map((cell, column) => {
      if (column === mark) return paint("bold", BAR_MARK);
      return paint(column < filled.length ? format : "dim", cell);
    })
    .join("");
}

/** The evidence bar starts at 1 : 100, so that evidence for the candidate is seen to be low rather than missing. */
const LOG_EVIDENCE_LOWEST = -Math.log(100);

/** Where ln evidence stands on the log scale between 1 : 100 and 1/α, 0..1. */
export function evidenceRatio(logEvidence: number, alpha: number): number {
  const highest = Math.log(1 / alpha);
  return Math.min(1, Math.max(0, (logEvidence - LOG_EVIDENCE_LOWEST) / (highest - LOG_EVIDENCE_LOWEST)));
}
