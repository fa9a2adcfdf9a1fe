type Telling<Said extends object> = { readonly atMs: number; readonly told: Said };

/**
 * What tellings of one subject say in all, field by field: the latest word holds. Forges tell time in whole seconds, and then the order is by source and message
 * id, which means nothing. So of two words of the same moment
 *
 * - a value holds against `null`: the one message says what happened, the other does not know of it yet (labelled and merged, labelled and closed, made ready and
 *   assigned). What happened and was undone in the same second counts as happened until something later is told;
 * - of two outcomes the worse holds: what failed right after it succeeded hurt somebody, and nothing is done anew and succeeds within the second in which it failed;
 * - a retraction holds: what a forge tells of a deleted issue bears the time of the word before.
 *
 * That a request was merged, and as which commit, holds against `null` of any moment: no forge can undo a merge.
 *
 * Pure, O(words). The result depends on the order given only as far as that is the order of moments and, within one, of sources and message ids.
 *
 * @param first the earliest; with it alone nothing is copied, as most subjects are told of once
 */
export function mergeTold<Said extends object>(first: Telling<Said>, later: readonly Telling<Said>[]): Said {
  if (later.length === 0) return first.told;
  const merged = { ...first.told };
  const heldSince = new Map<string, number>();
  for (const field in merged) heldSince.set(field, first.atMs);
  for (const { atMs, told } of later) {
    for (const field in told) {
      const said = told[field];
      if (said === undefined) continue;
      const held = merged[field];
      const isTie = heldSince.get(field) === atMs;
      if (held !== undefined && holdsAgainst(field, held, said, isTie)) continue;
      merged[field] = said;
      heldSince.set(field, atMs);
    }
  }
  return merged;
}

/** What no later `null` takes back. */
const FINAL_FIELDS: ReadonlySet<string> = new Set(["mergedAtMs", "mergeCommit"]);

function holdsAgainst(field: string, held: unknown, said: unknown, isTie: boolean): boolean {
  if (said === null) return held !== null && (isTie || FINAL_FIELDS.has(field));
  if (!isTie) return false;
  return field === "outcome" ? badness(held) > badness(said) : field === "isRetracted" && held === true;
}

/** Of a deployment, a run or a test. */
function badness(outcome: unknown): number {
  if (outcome === "failed") return 2;
  return outcome === "aborted" || outcome === "cancelled" ? 1 : 0;
}
