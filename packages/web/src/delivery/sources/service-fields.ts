/** As the server bounds them. */
export const KEY_LENGTH_MAX = 100;
export const REPOSITORIES_MAX = 50;
const REPOSITORY_LENGTH_MAX = 300;

const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const REPOSITORY_PATTERN = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+){1,5}$/;

/** What is wrong with a service's key, for the person who typed it; `undefined`: nothing. */
export function faultOfKey(key: string, taken: readonly string[]): string | undefined {
  if (key === "") return "Give it a key: flags and deployments name the service by it.";
  if (!KEY_PATTERN.test(key)) return "Letters, digits, dots, dashes and underscores only, a letter or digit first.";
  if (key.length > KEY_LENGTH_MAX) return `At most ${KEY_LENGTH_MAX} characters.`;
  return taken.includes(key) ? "There is one with this key already: edit that one." : undefined;
}

/**
 * Repositories out of what somebody pasted: one a line, or separated by commas or spaces; an address of the web is taken for what it leads to. Each once, whatever its case.
 */
export function readRepositories(text: string): string[] {
  const names = new Map<string, string>();
  for (const each of text.split(/[\s,]+/).filter(Boolean)) {
    const name = nameOf(each);
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}

export function faultOfRepositories(names: readonly string[]): string | undefined {
  if (names.length > REPOSITORIES_MAX) return `At most ${REPOSITORIES_MAX} repositories; these are ${names.length}.`;
  const wrong = names.find((name) => name.length > REPOSITORY_LENGTH_MAX || !REPOSITORY_PATTERN.test(name));
  return wrong === undefined ? undefined : `“${wrong}” is no repository: write it as owner/name.`;
}

function nameOf(text: string): string {
  const path = text.replace(/^(https?:\/\/[^/]+\/|git@[^:/]+:|ssh:\/\/[^/]+\/)/, "");
  return path.replace(/\/+$/, "").replace(/\.git$/, "");
}

/** A key that a repository's name suggests: `acme/Web.Shop` is `web.shop`; empty where nothing of it can be one. */
export function keyOfRepository(repository: string): string {
  const name = repository.split("/").at(-1) ?? "";
  return name
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, KEY_LENGTH_MAX);
}
