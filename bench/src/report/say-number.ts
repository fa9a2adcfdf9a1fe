/** Three significant digits, thousands apart: 1,257,000 · 37.2 · 0.0123. */
export function sayNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 12) });
}

/** "1.25 ×" */
export function sayRatio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ×`;
}

/** A share 0..1 as "0.1 %". */
export function sayPercent(share: number): string {
  return `${sayNumber(100 * share)} %`;
}

export function sayMs(ms: number): string {
  return ms < 1_000 ? `${sayNumber(ms)} ms` : `${sayNumber(ms / 1_000)} s`;
}

export function sayBytes(bytes: number): string {
  if (bytes < 1_024) return `${Math.round(bytes)} B`;
  return bytes < 1_048_576 ? `${sayNumber(bytes / 1_024)} KiB` : `${sayNumber(bytes / 1_048_576)} MiB`;
}
