import { groupedDigits } from "@steadfast/core/delivery/grouped-digits";

/** How figures are written for people. A no-break space keeps figure and unit together. */

const UNIT_SPACE = "\u00a0";

/** 12 → "12", 10920 → "10,920". */
export function countText(value: number): string {
  return groupedDigits(value);
}

/** A ratio 0..1 as a percentage with the digits that matter: 0.00123 → "0.12 %", 0.5 → "50 %". */
export function percentText(ratio: number): string {
  const percent = ratio * 100;
  if (percent === 0) return `0${UNIT_SPACE}%`;
  const digits = percent >= 10 ? 1 : percent >= 0.1 ? 2 : 3;
  const text = percent < 0.001 ? "<0.001" : String(Number(percent.toFixed(digits)));
  return `${text}${UNIT_SPACE}%`;
}

/** Percentage points of an absolute rise 0..1: 0.2 → "+20 points". */
export function pointsText(rise: number): string {
  const points = Number((rise * 100).toPrecision(3));
  return `+${points} point${points === 1 ? "" : "s"}`;
}

/** 0 → "0 s", 90 → "1 min 30 s", 7200 → "2 h". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}${UNIT_SPACE}s`;
  if (whole < 3_600) return joined(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return joined(Math.floor(whole / 3_600), "h", Math.floor((whole % 3_600) / 60), "min");
  return joined(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3_600), "h");
}

/** A duration for a glance: 110 → "about 2 min". */
export function aboutText(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))}${UNIT_SPACE}s`;
  if (seconds < 5_400) return `about ${Math.round(seconds / 60)}${UNIT_SPACE}min`;
  return `about ${Math.round(seconds / 3_600)}${UNIT_SPACE}h`;
}

/** "12 s ago", "3 h ago", and a date after a month. */
export function agoText(at: string, nowMs: number): string {
  const thenMs = Date.parse(at);
  if (Number.isNaN(thenMs)) return at;
  const seconds = Math.round((nowMs - thenMs) / 1_000);
  if (seconds < 0) return `in ${durationText(-seconds)}`;
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds}${UNIT_SPACE}s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}${UNIT_SPACE}min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}${UNIT_SPACE}h ago`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)}${UNIT_SPACE}d ago`;
  return at.slice(0, 10);
}

/** The clock of the terminal's zone, "14:02:11". */
export function clockText(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return date.toLocaleTimeString("en-GB", { hour12: false });
}

/** Milliseconds: 0.84 → "0.8 ms", 12.4 → "12 ms", 1420 → "1.42 s". */
export function latencyText(ms: number): string {
  if (ms >= 1_000) return `${Number((ms / 1_000).toPrecision(3))}${UNIT_SPACE}s`;
  if (ms >= 10) return `${Math.round(ms)}${UNIT_SPACE}ms`;
  return `${Number(ms.toFixed(1))}${UNIT_SPACE}ms`;
}

/** Odds from ln evidence: ln 1000 → "1,000 : 1", ln 0.2 → "1 : 5". Beyond a billion, the power of ten. */
export function oddsText(logEvidence: number): string {
  if (!Number.isFinite(logEvidence)) return logEvidence > 0 ? "beyond measure" : "none";
  const power = Math.abs(logEvidence) / Math.LN10;
  const size = Math.exp(Math.abs(logEvidence));
  const text = power >= 9 ? `10^${Math.floor(power)}` : size >= 10 ? countText(size) : String(Number(size.toFixed(1)));
  if (text === "1") return "1 : 1";
  return logEvidence > 0 ? `${text} : 1` : `1 : ${text}`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const head = `${large}${UNIT_SPACE}${largeUnit}`;
  return small === 0 ? head : `${head} ${small}${UNIT_SPACE}${smallUnit}`;
}
