import { countOf, formatCount } from "../ui/format.ts";

/** `3,000 deployments`; where the report holds the newest of them alone, `the newest 2,000 of 3,000 deployments`. */
export function heldText(held: number, total: number, noun: string): string {
  return held < total ? `the newest ${formatCount(held)} of ${countOf(total, noun)}` : countOf(total, noun);
}

export type Listed = {
  readonly count: number;
  /** Of how many; `null`: nobody knows, as it is not known of the older ones. */
  readonly total: number | null;
  readonly order: string;
  /** Of what it is a part: of these, the report holds the newest. */
  readonly held: { readonly count: number; readonly total: number; readonly noun: string };
};

/** `30, the slowest first`; where some are missing, of how many, and why. */
export function listedText({ count, total, order, held }: Listed): string {
  const isWhole = total === null ? held.count >= held.total : count >= total;
  if (isWhole) return `${formatCount(count)}, ${order}`;
  const of = total === null ? "" : ` of ${formatCount(total)}`;
  return `${formatCount(count)}${of}, ${order}. The page knows only ${heldText(held.count, held.total, held.noun)}`;
}

/** In the place of a list: there was none, or none is among what the report holds. @param none where there was none */
export function noneText({ total, held }: Listed, none: string): string {
  const isWhole = total === null ? held.count >= held.total : total === 0;
  if (isWhole) return none;
  const what = total === null ? "None" : `None of these ${formatCount(total)}`;
  return `${what} is among ${heldText(held.count, held.total, held.noun)}, which is all that the page knows.`;
}
