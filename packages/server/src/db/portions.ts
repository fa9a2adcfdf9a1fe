/**
 * Cuts a list into portions whose lengths are powers of two, the longest first: 1,000 rows are 512, 256, 128, 64, 32 and 8.
 *
 * For statements with a parameter for each row. A connection to SQLite keeps the statements it has prepared, each with the
 * values it was last run with: some 1 MB for a thousand rows. Lists of any length would make a statement for each
 * length; so they make at most `log2(max) + 1`, and all of those together are no larger than two of the longest.
 *
 * @param max the longest portion, a power of two
 */
export function* portions<Item>(items: readonly Item[], max: number): Generator<readonly Item[]> {
  let start = 0;
  for (let length = max; length >= 1; length /= 2) {
    for (; items.length - start >= length; start += length) yield items.slice(start, start + length);
  }
}
