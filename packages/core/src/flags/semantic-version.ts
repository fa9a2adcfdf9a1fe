import { SEMANTIC_VERSION_LENGTH_MAX } from "./limits.ts";

/** @see https://semver.org/spec/v2.0.0.html; build metadata takes no part in comparison and is dropped. */
export type SemanticVersion = {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly (string | number)[];
};

/**
 * Reads `1.2.3-rc.1+build`, with a leading `v`, and the partial `1` and `1.2`, as flagd does. O(length), no regular
 * expression.
 *
 * @returns `undefined` for anything else: `1.2.3.4`, `01.2.3`, `latest`.
 */
export function parseVersion(text: string): SemanticVersion | undefined {
  if (text.length > SEMANTIC_VERSION_LENGTH_MAX) return undefined;
  const unprefixed = text.startsWith("v") || text.startsWith("V") ? text.slice(1) : text;
  return parseWhole(unprefixed.trim()) ?? parsePartial(unprefixed);
}

function parseWhole(text: string): SemanticVersion | undefined {
  const [beforeBuild, build] = cut(text.startsWith("v") ? text.slice(1) : text, "+");
  const [core, prerelease] = cut(beforeBuild, "-");
  const [major, minor, patch, ...more] = core.split(".").map(toNumericIdentifier);
  if (major === undefined || minor === undefined || patch === undefined || more.length > 0) return undefined;
  if (build?.split(".").some((identifier) => !isIdentifier(identifier))) return undefined;

  const identifiers = prerelease === undefined ? [] : prerelease.split(".").map(toPrereleaseIdentifier);
  const valid = identifiers.filter((identifier) => identifier !== undefined);
  return valid.length === identifiers.length ? { major, minor, patch, prerelease: valid } : undefined;
}

function parsePartial(text: string): SemanticVersion | undefined {
  const parts = text.split(".");
  const [major, minor] = [toNumericIdentifier(parts[0] ?? ""), toNumericIdentifier(parts[1] ?? "0")];
  if (major === undefined || minor === undefined || parts.length > 2) return undefined;
  return { major, minor, patch: 0, prerelease: [] };
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function toNumericIdentifier(text: string): number | undefined {
  if (!isDigits(text) || (text.length > 1 && text.startsWith("0"))) return undefined;
  const number = Number(text);
  return number <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

function toPrereleaseIdentifier(text: string): string | number | undefined {
  if (!isIdentifier(text)) return undefined;
  if (!isDigits(text)) return text;
  if (text.length > 1 && text.startsWith("0")) return undefined;
  const number = Number(text);
  return number < Number.MAX_SAFE_INTEGER ? number : text;
}

function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (!isDigit(text.charCodeAt(index))) return false;
  return text !== "";
}

function isIdentifier(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (!isLetter && !isDigit(code) && code !== 0x2d) return false;
  }
  return text !== "";
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Negative, 0 or positive, by semver.org §11. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.patch - right.patch ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

function comparePrereleases(left: SemanticVersion["prerelease"], right: SemanticVersion["prerelease"]): number {
  if (left.length === 0 || right.length === 0) return right.length - left.length;
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (one === other) continue;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
