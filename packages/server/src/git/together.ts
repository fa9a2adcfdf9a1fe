import type { GitPlace } from "./run-git.ts";

/** Each of what `Started` promises. */
type Ended<Started extends readonly Promise<unknown>[]> = { [Index in keyof Started]: Awaited<Started[Index]> };

/**
 * Several gits that make one answer. When one fails the others are stopped, and have ended before its error is thrown: none goes on reading, or showing how far it is, behind
 * an error that was told already.
 *
 * @param start starts them all, in a place that ends with the first failure
 */
export async function together<const Started extends readonly Promise<unknown>[]>(
  place: GitPlace,
  start: (place: GitPlace) => Started,
): Promise<Ended<Started>> {
  const stop = new AbortController();
  const signal = place.signal === undefined ? stop.signal : AbortSignal.any([place.signal, stop.signal]);
  const failures: unknown[] = [];
  const started = start({ ...place, signal });
  for (const each of started)
    each.catch((error: unknown) => {
      failures.push(error);
      stop.abort();
    });
  await Promise.allSettled(started);
  if (failures.length > 0) throw failures[0];
  return await Promise.all(started);
}
