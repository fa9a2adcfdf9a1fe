/** Maps a value to pixels. */
export type Scale = (value: number) => number;

type Range = readonly [from: number, to: number];

const DAY_MS = 86_400_000;

export function linearScale([from, to]: Range, [start, end]: Range): Scale {
  const span = to - from;
  return (value) => (span === 0 ? start : start + ((value - from) / span) * (end - start));
}

/** What lies below `from` is drawn at its edge: zero has no place on a logarithm. */
export function logScale([from, to]: Range, pixels: Range): Scale {
  const linear = linearScale([Math.log(from), Math.log(to)], pixels);
  return (value) => linear(Math.log(Math.max(value, from)));
}

/** Beginnings of days, evenly, at most `most` of them. */
export function timeTicks([fromMs, toMs]: Range, most: number): number[] {
  const days = Math.max(1, Math.ceil((toMs - fromMs) / DAY_MS / most));
  const first = Math.ceil(fromMs / DAY_MS) * DAY_MS;
  const ticks: number[] = [];
  for (let tick = first; tick < toMs && ticks.length < most; tick += days * DAY_MS) ticks.push(tick);
  return ticks;
}

/** Round durations that a lead time is read against, in milliseconds: an hour to a year. */
export const DURATION_TICKS_MS: readonly number[] = [
  60_000,
  600_000,
  3_600_000,
  6 * 3_600_000,
  DAY_MS,
  3 * DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
  90 * DAY_MS,
  365 * DAY_MS,
];

const dayFormat = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

export function formatDay(atMs: number): string {
  return dayFormat.format(atMs);
}
