/** Figures for people. Ratios come as 0..1 and leave as percent. */

const countFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const exactFormat = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const clockFormat = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

export function formatCount(value: number): string {
  return countFormat.format(value);
}

/** `1 commit`, `1,204 commits`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Two significant digits below 10 %, so that 0.12 % and 0.0034 % can be told apart. */
export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  const text = percent === 0 || percent >= 10 ? trimmed(percent.toFixed(1)) : trimmed(percent.toPrecision(2));
  return `${text} %`;
}

/** @param points a difference of two ratios, 0..1 */
export function formatPoints(points: number): string {
  const value = trimmed((points * 100).toPrecision(2));
  return `${value} ${value === "1" ? "point" : "points"}`;
}

/** `940 B`, `12 kB`, `3.4 MB`: by thousands. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  const unit = ["B", "kB", "MB", "GB", "TB"][power];
  return `${value >= 100 || power === 0 ? Math.round(value) : trimmed(value.toPrecision(2))} ${unit}`;
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(2)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : trimmed(milliseconds.toFixed(1))} ms`;
}

/** Evidence as odds against "the candidate is no worse": `3.2 : 1`, `1,000 : 1`. */
export function formatOdds(logEvidence: number): string {
  const evidence = Math.exp(Math.min(logEvidence, 700));
  if (evidence >= 1e6) return "more than 1,000,000 : 1";
  if (evidence >= 10) return `${formatCount(evidence)} : 1`;
  return evidence < 0.1 ? "below 0.1 : 1" : `${evidence.toFixed(1)} : 1`;
}

export function formatRatio(ratio: number): string {
  return `×${ratio >= 10 ? formatCount(ratio) : trimmed(ratio.toPrecision(2))}`;
}

/** The largest two units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return twoUnits(whole, 60, "min", 1, "s");
  if (whole < 86_400) return twoUnits(whole, 3_600, "h", 60, "min");
  return twoUnits(whole, 86_400, "d", 3_600, "h");
}

/** `just now`, `12 s ago`, `in 4 min`; a date when further off than a week. */
export function formatRelative(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / 1_000);
  const distance = Math.abs(seconds);
  if (distance < 2) return "just now";
  if (distance > 7 * 86_400) return new Intl.DateTimeFormat("en", { dateStyle: "medium" }).format(atMs);
  const text = formatDuration(largestUnitOnly(distance));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

export function formatExactTime(atMs: number): string {
  return exactFormat.format(atMs);
}

export function formatClock(atMs: number): string {
  return clockFormat.format(atMs);
}

function largestUnitOnly(seconds: number): number {
  const unit = [86_400, 3_600, 60].find((size) => seconds >= size) ?? 1;
  return Math.floor(seconds / unit) * unit;
}

function twoUnits(seconds: number, size: number, unit: string, restSize: number, restUnit: string): string {
  const count = Math.floor(seconds / size);
  const rest = Math.floor((seconds % size) / restSize);
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${restUnit}`;
}

/** `1.50` → `1.5`, `2.0` → `2`. */
function trimmed(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}
