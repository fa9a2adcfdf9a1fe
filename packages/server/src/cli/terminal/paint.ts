import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Styles text, or leaves it plain. A value rather than a global: the same view is drawn with and without colour. */
export type Paint = (format: Format, text: string) => string;

export function createPaint(isColoured: boolean): Paint {
  return isColoured ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

export const PLAIN: Paint = createPaint(false);
