/** When the day of a moment began, by this machine's clock and zone; milliseconds since the epoch. */
export function dayStartMs(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}
