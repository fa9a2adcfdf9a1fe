/**
 * What a page may link to of what others told: an address of the web, or `null`. `javascript:` and its like are addresses,
 * too, and a click on one would run it as whoever clicks.
 */
export function linkOf(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null;
}
