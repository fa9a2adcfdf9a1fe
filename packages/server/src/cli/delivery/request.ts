import { tagExpression } from "../../git/tag-pattern.ts";
import { usageError } from "../cli-error.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PACKAGES_MAX = 50;
const PATTERN_CHARACTERS_MAX = 1_000;

/** As commander hands them over. */
export type DeliveryOptions = {
  readonly from?: string;
  readonly to?: string;
  readonly releases?: readonly string[];
  readonly package?: readonly string[];
  readonly includePrereleases?: true;
  readonly attributionWindow?: string;
  readonly compare?: string;
  readonly lines?: boolean;
  readonly explain?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly html?: string;
};

export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** What is asked, once it is known to make sense. */
export type DeliveryRequest = {
  readonly path: string;
  /** `null`: chosen from the releases there are. */
  readonly fromMs: number | null;
  readonly toMs: number;
  /** `--to` was not given: a clone that was not fetched for long is measured up to its newest commit. */
  readonly isToOpen: boolean;
  readonly compare: TimeRange | null;
  readonly patterns: readonly string[];
  readonly packages: readonly string[];
  readonly includePrereleases: boolean;
  readonly attributionWindowMs: number;
  /** `auto`: where it takes no longer than a few seconds. */
  readonly lines: "auto" | "always" | "never";
  /** Nothing that is asked for lists single releases or changes. */
  readonly isSummary: boolean;
};

/** @throws {CliError} exit code 2, with what is wrong and what would be right */
export function readRequest(path: string, options: DeliveryOptions, nowMs: number): DeliveryRequest {
  const toMs = options.to === undefined ? nowMs : readTime(options.to, "--to", nowMs);
  const fromMs = options.from === undefined ? null : readTime(options.from, "--from", nowMs);
  if (fromMs !== null && fromMs >= toMs) throw usageError("--from must lie before --to: nothing lies between them.");
  if ([options.json, options.csv].filter((asked) => asked === true).length > 1)
    throw usageError("--json and --csv both want the output: ask for one of them.");
  const packages = (options.package ?? []).map(readPackage);
  if (packages.length > PACKAGES_MAX) throw usageError(`${packages.length} packages; at most ${PACKAGES_MAX} at once.`);
  return {
    path,
    fromMs,
    toMs,
    isToOpen: options.to === undefined,
    compare: options.compare === undefined ? null : readRange(options.compare, nowMs),
    patterns: (options.releases ?? []).map(readPattern),
    packages: [...new Set(packages)],
    includePrereleases: options.includePrereleases === true,
    attributionWindowMs: readDuration(options.attributionWindow ?? "24h", "--attribution-window"),
    lines: options.lines === undefined ? "auto" : options.lines ? "always" : "never",
    isSummary: options.csv !== true && options.html === undefined,
  };
}

/** A date (midnight UTC), a time with its zone, or how long ago: `90d`. */
function readTime(text: string, option: string, nowMs: number): number {
  const ago = /^(\d{1,5})([hdwmy])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * unitMs(ago[2] ?? "d");
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  // JavaScript takes 31 February for 3 March.
  if (Number.isNaN(ms) || (text.length === 10 && !new Date(ms).toISOString().startsWith(text)))
    throw usageError(
      `${option} ${text} is no time.`,
      "A date (2024-09-01, UTC), a time (2024-09-01T12:00:00Z), or how long ago (90d, 12w, 6m, 1y).",
    );
  return ms;
}

function unitMs(unit: string): number {
  if (unit === "h") return HOUR_MS;
  if (unit === "w") return 7 * DAY_MS;
  if (unit === "m") return 30 * DAY_MS;
  return unit === "y" ? 365 * DAY_MS : DAY_MS;
}

function readDuration(text: string, option: string): number {
  const found = /^(\d{1,5})([hd])$/.exec(text);
  const ms = found === null ? 0 : Number(found[1]) * unitMs(found[2] ?? "h");
  if (ms <= 0) throw usageError(`${option} ${text} is no duration.`, "Hours or days: 24h, 3d.");
  return ms;
}

function readRange(text: string, nowMs: number): TimeRange {
  const [from, to, ...more] = text.split("..");
  if (from === undefined || to === undefined || more.length > 0)
    throw usageError(`--compare ${text} is no range.`, "Two times with dots between: 2023-01-01..2023-07-01");
  const range = { fromMs: readTime(from, "--compare", nowMs), toMs: readTime(to, "--compare", nowMs) };
  if (range.fromMs >= range.toMs) throw usageError("--compare: the first time must lie before the second.");
  return range;
}

function readPattern(pattern: string): string {
  // Most likely a variable of a script that holds nothing: it would match every tag.
  if (pattern.trim() === "") throw usageError("--releases is empty.", "All tags, if that is meant: --releases .");
  if (pattern.length > PATTERN_CHARACTERS_MAX) throw usageError("--releases is longer than 1,000 characters.");
  try {
    tagExpression(pattern);
    return pattern;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `--releases is no regular expression: ${why}.`,
      "Quote it for the shell: --releases '^v\\d+\\.\\d+\\.\\d+$'",
    );
  }
}

/** Relative to the repository's root, without a slash at either end. */
function readPackage(path: string): string {
  const bare = path.replace(/^\.\//, "").replace(/\/+$/, "");
  if (bare === "" || bare.startsWith("/") || bare.split("/").includes("..") || bare.includes("\0"))
    throw usageError(
      `--package "${path}" is no path inside the repository.`,
      "Relative to its root: --package packages/api",
    );
  return bare;
}
