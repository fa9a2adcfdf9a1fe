import { compareText } from "./compare-text.ts";
import type { Told } from "./told.ts";

/** By moment, then source and message id; 0: the same message. */
export function byMoment(a: Told, b: Told): number {
  return a.atMs - b.atMs || compareText(a.source, b.source) || compareText(a.messageId, b.messageId);
}

/** What is guessed of a commit before what is told, so that the latter holds, whenever it came; then by moment. */
export function byTrust(a: CommitTold, b: CommitTold): number {
  return trustIn(a) - trustIn(b) || byMoment(a, b);
}

type CommitTold = Extract<Told, { kind: "commit" }>;

/**
 * 0: guessed. 1: may be. Stores hold guesses from before they were marked: they name one parent at most, and as the moment of the telling that of the author, for a push has one
 * time. So does what is told of a commit that nobody rebased or amended. 2: told.
 */
function trustIn({ atMs, told }: CommitTold): 0 | 1 | 2 {
  if (told.isGuessed) return 0;
  const { parents, authoredAtMs } = told;
  return parents !== undefined && parents.length <= 1 && authoredAtMs === atMs ? 1 : 2;
}
