const SECONDS_BY_UNIT: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
};

/**
 * Reads what `formatDuration` writes, and what people type: `90`, `90 s`, `2 min`, `2m`, `1 h 30 min`.
 *
 * @returns whole seconds; `undefined` when it is no duration
 */
export function parseDuration(text: string): number | undefined {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/gy),
  ];
  const isWhole = parts.reduce((length, [part]) => length + part.length, 0) === text.trim().length;
  if (parts.length === 0 || !isWhole) return undefined;
  let seconds = 0;
  for (const [, digits = "", unit = ""] of parts) {
    const size = SECONDS_BY_UNIT[unit];
    if (size === undefined) return undefined;
    seconds += Number(digits) * size;
  }
  return Math.round(seconds);
}
