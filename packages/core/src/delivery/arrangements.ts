/**
 * Hands `visit` the orders of 0 … size − 1 that differ once it is of no matter which end is the first, nor how the first `edge` items are ordered among themselves, nor the last:
 * size! ÷ (2 · edge!²) of them, 3,150 for 10 and 4. The array is one and the same each time.
 *
 * @param size 2 · edge … 31
 * @param visit answers whether it wants another one
 */
export function visitArrangements(size: number, edge: number, visit: (order: Int32Array) => boolean): void {
  const order = new Int32Array(size);
  const leastAt = (at: number): number => {
    if (at === size - edge) return (order[0] ?? 0) + 1;
    const isAscending = (at > 0 && at < edge) || at > size - edge;
    return isAscending ? (order[at - 1] ?? 0) + 1 : 0;
  };
  const place = (at: number, taken: number): boolean => {
    if (at === size) return visit(order);
    for (let item = leastAt(at); item < size; item += 1) {
      if ((taken & (1 << item)) !== 0) continue;
      order[at] = item;
      if (!place(at + 1, taken | (1 << item))) return false;
    }
    return true;
  };
  place(0, 0);
}

/** How many those are. */
export function countArrangements(size: number, edge: number): number {
  let count = 1;
  for (let item = edge + 1; item <= size; item += 1) count *= item;
  for (let item = 2; item <= edge; item += 1) count /= item;
  return count / 2;
}
