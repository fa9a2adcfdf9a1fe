import { formatExactTime, formatPercent } from "../ui/format.ts";

/** Longer than this a value is only found in the record as it is stored. */
const VALUE_MAX_CHARACTERS = 160;
/** Said elsewhere on the page, or of no use to people. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "sentence",
  "id",
  "flag",
  "environment",
  "kind",
  "decision",
  "plan",
  "definition",
  "key",
]);
const RATIOS: ReadonlySet<string> = new Set(["share", "fromShare"]);

/** An event's data in words, as far as it is short: name and value. */
export function factsOf(data: unknown): readonly (readonly [name: string, value: string])[] {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
  return Object.entries(data).flatMap(([name, value]) => {
    const text = LEFT_OUT.has(name) ? undefined : textOf(name, value);
    return text === undefined ? [] : [[wordsOf(name), text] as const];
  });
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    if (name.endsWith("Ms")) return formatExactTime(value);
    if (name === "stage") return String(value + 1);
    return RATIOS.has(name) ? formatPercent(value) : String(value);
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= VALUE_MAX_CHARACTERS ? text : undefined;
}

/** `watchedUntilMs` → `Watched until`. */
function wordsOf(name: string): string {
  const words = name
    .replace(/(?:Ms|Seconds)$/, (unit) => (unit === "Ms" ? "" : ", s"))
    .replaceAll(/([A-Z])/g, " $1")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
