/** Values in ascending order, and whose they are. */
export type Ranking = {
  readonly sorted: Float64Array;
  /** Index of the value at each rank; of equal values the earlier one comes first. */
  readonly order: Int32Array;
};

/** O(n log n), by a native sort: several times quicker than with a function that compares. */
export function rankingOf(values: Float64Array): Ranking {
  return packedRanking(values) ?? searchedRanking(values);
}

/** Value and index in one number. `undefined` where a value is not whole, below zero, or too large to leave room for the index. */
function packedRanking(values: Float64Array): Ranking | undefined {
  const count = values.length;
  const highest = Math.floor(Number.MAX_SAFE_INTEGER / count) - 1;
  const sorted = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0;
    if (!(value >= 0 && value <= highest) || Math.floor(value) !== value) return undefined;
    sorted[index] = value * count + index;
  }
  sorted.sort();
  const order = new Int32Array(count);
  for (let at = 0; at < count; at += 1) {
    const packed = sorted[at] ?? 0;
    const rest = packed - Math.floor(packed / count) * count;
    // The quotient may have been rounded up.
    const index = rest < 0 ? rest + count : rest;
    order[at] = index;
    sorted[at] = values[index] ?? 0;
  }
  return { sorted, order };
}

/** Sorted, then every value looks up its rank. */
function searchedRanking(values: Float64Array): Ranking {
  const sorted = new Float64Array(values).sort();
  const taken = new Int32Array(values.length);
  const order = new Int32Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const first = firstRank(sorted, values[index] ?? 0);
    const before = taken[first] ?? 0;
    taken[first] = before + 1;
    order[first + before] = index;
  }
  return { sorted, order };
}

function firstRank(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
