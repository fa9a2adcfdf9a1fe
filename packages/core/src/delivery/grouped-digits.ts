/** 10920 → "10,920". By hand: a locale's data take 5 ms to load, which is longer than many a command takes for all else. */
export function groupedDigits(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
