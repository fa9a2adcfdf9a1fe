/** As the server bounds it. */
export const ENVIRONMENT_KEY_LENGTH_MAX = 40;

/** A key made of a name: `Pre-production (EU)` → `pre-production-eu`; "" when nothing of it can stand in one. */
export function keyOfName(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const dashed = plain.replaceAll(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "");
  return dashed.slice(0, ENVIRONMENT_KEY_LENGTH_MAX).replace(/-+$/, "");
}

/** What is wrong with a key, for the person who typed it; `undefined`: nothing. */
export function faultOfKey(key: string, taken: readonly string[]): string | undefined {
  if (key === "") return "Give it a key: clients name the environment by it.";
  if (!/^[a-z]/.test(key)) return "A key begins with a small letter.";
  if (!/^[a-z0-9-]+$/.test(key)) return "Small letters, digits and dashes only.";
  if (key.length > ENVIRONMENT_KEY_LENGTH_MAX) return `At most ${ENVIRONMENT_KEY_LENGTH_MAX} characters.`;
  return taken.includes(key) ? "There is one with this key already." : undefined;
}
