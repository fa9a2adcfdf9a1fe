/** A line of a chart. Arms differ in dashes and in the words at their ends as well as in colour. */
export type ChartLine = {
  readonly label: string;
  /** At the end of the line, where there is little room; default: `label`. */
  readonly shortLabel?: string;
  /** The name of a colour token, such as `--candidate-arm`. */
  readonly color: string;
  readonly look?: "solid" | "dashed" | "dotted";
  /** CSS pixels; default 2. */
  readonly width?: number;
  /** `null`: nothing to be told of that moment. As many as there are times. */
  readonly values: readonly (number | null)[];
  /** Only for the table and the label: such as the edge of an area. */
  readonly isUnlabelled?: boolean;
};

/** Something that happened: a mark across the chart. */
export type ChartMark = {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly label: string;
  readonly tone: "good" | "bad" | "warn" | "cold" | "idle";
};

/** What a chart shows. Times are seconds since the epoch, ascending. */
export type ChartSpec = {
  readonly title: string;
  /** In words what it shows now, for those who do not see it. */
  readonly description: string;
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly scale: "linear" | "log";
  readonly range: (min: number, max: number) => readonly [number, number];
  /** The values that the axis names; default: chosen by the scale. */
  readonly ticks?: (min: number, max: number) => readonly number[];
  readonly format: (value: number) => string;
  /** On the axis, where there is little room; default: `format`. */
  readonly formatTick?: (value: number) => string;
  /** A line across, such as the one at which a rollout is taken back. */
  readonly threshold?: { readonly value: number; readonly label: string; readonly tone: "bad" | "idle" };
  /** The area between two lines, by their index. */
  readonly area?: { readonly upper: number; readonly lower: number; readonly color: string };
  readonly marks: readonly ChartMark[];
  /** The time that is shown; default: all of it. */
  readonly span?: readonly [number, number] | undefined;
};

/** The value of a colour token, as it is now: it follows the scheme and the print. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export const TONE_TOKENS: Readonly<Record<ChartMark["tone"], string>> = {
  good: "--good",
  bad: "--bad",
  warn: "--warn",
  cold: "--cold",
  idle: "--text-quiet",
};
