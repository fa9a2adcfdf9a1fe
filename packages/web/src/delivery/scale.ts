/** At most so many of some points, evenly from the first to the last: a browser draws each, and nobody tells more apart. @returns also of how many each is one */
export function thinned<Point>(
  points: readonly Point[],
  most: number,
): { readonly drawn: readonly Point[]; readonly oneOf: number } {
  const oneOf = Math.max(1, Math.ceil(points.length / most));
  return { drawn: oneOf === 1 ? points : points.filter((_, index) => index % oneOf === 0), oneOf };
}

/** Maps a value to pixels. */
export type Scale = (value: number) => number;

type Range = readonly [from: number, to: number];

const DAY_MS = 86_400_000;
/** Two lines of small text. */
const TICK_GAP_PIXELS = 22;

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

const HOUR_MS = 3_600_000;

/** Round durations that a time is read against, in milliseconds: a minute to a year. */
const DURATION_TICKS_MS: readonly number[] = [
  ...[60_000, 600_000],
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365].map((days) => days * DAY_MS),
];

/** Those of them within a range that do not touch each other, the smallest first. */
export function durationTicks([from, to]: Range, scale: Scale): number[] {
  const ticks: number[] = [];
  for (const tick of DURATION_TICKS_MS) {
    const last = ticks.at(-1);
    if (tick < from || tick > to || (last !== undefined && Math.abs(scale(tick) - scale(last)) < TICK_GAP_PIXELS))
      continue;
    ticks.push(tick);
  }
  return ticks;
}

const dayFormat = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

export function formatDay(atMs: number): string {
  return dayFormat.format(atMs);
}
