/** Words that say what to do, not with which flag. */
const VERBS: ReadonlySet<string> = new Set(
  "start a the rollout roll back of open flag pause resume advance withdraw".split(" "),
);

/** What of a query may name a flag: `start a rollout of new-check` → `new-check`. "" when nothing does. */
export function flagWordsOf(query: string): string {
  const words = query.split(/\s+/).filter(Boolean);
  const naming = words.filter((word) => !VERBS.has(word.toLowerCase()));
  return naming.join(" ");
}
