/** Where a mark stands in its drawing. */
export type Place = {
  /** From left to right, in any unit: mostly a time. */
  readonly at: number;
  /** From the top, where there are several; default 0. */
  readonly lane?: number;
};

/** So many marks on or back at once: some hundreds of points are crossed in a few steps. */
const PAGE_MARKS = 10;

/**
 * Which mark a key leads to: left and right to the neighbour by place, Home and End to the ends, Page Up and Page Down ten back and on, up and down to the nearest
 * one of the next lane that has any. At an end it stays.
 *
 * Pure. O(n log n).
 *
 * @param from index of the mark that has the focus
 * @returns its index in `places`; `undefined`: the key is the page's
 */
export function markAfterKey(key: string, places: readonly Place[], from: number): number | undefined {
  if (key === "ArrowUp" || key === "ArrowDown") return inNextLane(places, from, key === "ArrowUp" ? -1 : 1);
  const order = [...places.keys()].sort((a, b) => compare(places[a], places[b]) || a - b);
  const rank = order.indexOf(from);
  const wanted = rankAfter(key, rank, order.length - 1);
  return wanted === undefined ? undefined : order[Math.min(order.length - 1, Math.max(0, wanted))];
}

function rankAfter(key: string, rank: number, last: number): number | undefined {
  switch (key) {
    case "ArrowLeft":
      return rank - 1;
    case "ArrowRight":
      return rank + 1;
    case "PageUp":
      return rank - PAGE_MARKS;
    case "PageDown":
      return rank + PAGE_MARKS;
    case "Home":
      return 0;
    default:
      return key === "End" ? last : undefined;
  }
}

function compare(a: Place | undefined, b: Place | undefined): number {
  return (a?.at ?? 0) - (b?.at ?? 0) || laneOf(a) - laneOf(b);
}

function inNextLane(places: readonly Place[], from: number, step: 1 | -1): number | undefined {
  const start = places[from];
  const beyond = places.filter((place) => (laneOf(place) - laneOf(start)) * step > 0);
  const [nearest] = beyond.toSorted(
    (a, b) => (laneOf(a) - laneOf(b)) * step || distance(a, start) - distance(b, start) || a.at - b.at,
  );
  return nearest && places.indexOf(nearest);
}

function laneOf(place: Place | undefined): number {
  return place?.lane ?? 0;
}

function distance(a: Place, b: Place | undefined): number {
  return Math.abs(a.at - (b?.at ?? 0));
}
