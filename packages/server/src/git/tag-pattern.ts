/** What a repository's own tags suggest as its releases. */
export type TagProposal = {
  /** Source of the regular expression. */
  readonly pattern: string;
  readonly count: number;
  readonly example: string;
};

export type TagProposals = {
  /** What would be taken; empty: no tag looks like a version. */
  readonly chosen: readonly TagProposal[];
  /** The other families of tags, the largest first. */
  readonly others: readonly TagProposal[];
  /** Pre-releases of the chosen families that were left out. */
  readonly prereleases: number;
};

export type ProposalOptions = {
  readonly includePrereleases: boolean;
  /** Of a package of a monorepo: tags that bear its name are preferred. */
  readonly packageName: string | null;
};

type Version = {
  readonly prefix: string;
  readonly numbers: number;
  readonly separator: string;
  readonly isPrerelease: boolean;
  readonly isFinal: boolean;
};
type Family = {
  readonly prefix: string;
  readonly separator: string;
  stable: number;
  final: number;
  prereleases: number;
  numbersMin: number;
  numbersMax: number;
  example: string;
};

/** Names beyond this are no release of anybody's. */
export const TAG_CHARACTERS_MAX = 200;
const OTHERS_MAX = 5;
const MODIFIER = "(?i:";
const PRERELEASE_SUFFIX =
  "(?i:[-._]?(?:alpha|beta|rc|pre|preview|dev|next|canary|snapshot|nightly|insiders|milestone|a|b|c|m)[-._\\d]*.*|-.+)";
const PRERELEASE = tagExpression(`^${PRERELEASE_SUFFIX}$`);
/** What some add to a version that is final. */
const FINAL_SUFFIX = "(?i:[.-](?:final|release|ga)|\\+.*)";
const FINAL = tagExpression(`^${FINAL_SUFFIX}$`);

/**
 * Families of tags (`v1.2.3`, `shop@1.2.3`, `release-2024-06-01`) by what stands before the version. The largest one is chosen; where a monorepo has many packages and none of
 * them has half of the tags, all that are written in the same way.
 */
export function proposeTags(names: readonly string[], options: ProposalOptions): TagProposals {
  const families = familiesOf(names);
  if (families.length === 0) return { chosen: [], others: [], prereleases: 0 };
  const size = ({ stable, prereleases }: Family) => (options.includePrereleases ? stable + prereleases : stable);
  const bySize = families.sort(
    (a, b) => size(b) - size(a) || b.prereleases - a.prereleases || (a.prefix < b.prefix ? -1 : 1),
  );
  const chosen = chooseFamilies(bySize, size, options.packageName);
  // Where nothing but pre-releases exists, they are the releases.
  const areAllPre = chosen.every(({ stable }) => stable === 0);
  const withPre = options.includePrereleases || areAllPre;
  const proposal = (family: Family): TagProposal => ({
    pattern: patternOf(family, withPre),
    count: withPre ? family.stable + family.prereleases : family.stable,
    example: family.example,
  });
  return {
    chosen: chosen.map(proposal),
    others: bySize
      .filter((family) => !chosen.includes(family))
      .slice(0, OTHERS_MAX)
      .map(proposal),
    prereleases: withPre ? 0 : chosen.reduce((sum, { prereleases }) => sum + prereleases, 0),
  };
}

/**
 * The expression of a pattern. `(?i:…)`, which proposals bear, is known from Node 23 on; before, such a pattern takes upper and lower case for the same in all of it.
 *
 * @throws {SyntaxError} a pattern that is none
 */
export function tagExpression(pattern: string, hasModifiers = knowsModifiers()): RegExp {
  if (hasModifiers || !pattern.includes(MODIFIER)) return new RegExp(pattern);
  return new RegExp(pattern.replaceAll(MODIFIER, "(?:"), "i");
}

function knowsModifiers(): boolean {
  try {
    return new RegExp(`${MODIFIER}a)`).test("A");
  } catch {
    return false;
  }
}

/** A filter of tag names; a name matches if any pattern does. @throws {SyntaxError} a pattern that is none */
export function tagMatcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => tagExpression(pattern));
  return (name) => name.length <= TAG_CHARACTERS_MAX && expressions.some((expression) => expression.test(name));
}

function familiesOf(names: readonly string[]): Family[] {
  const families = new Map<string, Family>();
  for (const name of names) {
    const version = readVersion(name);
    if (version === null) continue;
    const key = `${version.prefix}\n${version.separator}`;
    const family = families.get(key) ?? {
      prefix: version.prefix,
      separator: version.separator,
      stable: 0,
      final: 0,
      prereleases: 0,
      numbersMin: version.numbers,
      numbersMax: version.numbers,
      example: name,
    };
    if (version.isPrerelease) family.prereleases += 1;
    else {
      family.stable += 1;
      if (version.isFinal) family.final += 1;
      family.example = name;
    }
    family.numbersMin = Math.min(family.numbersMin, version.numbers);
    family.numbersMax = Math.max(family.numbersMax, version.numbers);
    families.set(key, family);
  }
  return [...families.values()];
}

/** `shop@1.2.3-rc.1` → prefix `shop@`, 3 numbers, a pre-release. `null`: no version in it. */
function readVersion(name: string): Version | null {
  if (name.length > TAG_CHARACTERS_MAX) return null;
  const found = /^(.*?)(\d+(?:\.\d+)+)(.*)$/s.exec(name) ?? /^(.*?)(\d+(?:[-_]\d+)*)(.*)$/s.exec(name);
  if (found === null) return null;
  const [, prefix = "", core = "", suffix = ""] = found;
  const isPrerelease = PRERELEASE.test(suffix) && !FINAL.test(suffix);
  if (suffix !== "" && !isPrerelease && !FINAL.test(suffix)) return null;
  const separator = /[._-]/.exec(core)?.[0] ?? ".";
  return {
    prefix,
    numbers: core.split(/[._-]/).length,
    separator,
    isPrerelease,
    isFinal: suffix !== "" && !isPrerelease,
  };
}

function chooseFamilies(
  bySize: readonly Family[],
  size: (family: Family) => number,
  packageName: string | null,
): readonly Family[] {
  if (packageName !== null) {
    const own = bySize.filter(({ prefix }) => bareName(prefix) === packageName.toLowerCase());
    if (own.length > 0) return own;
  }
  const total = bySize.reduce((sum, family) => sum + size(family), 0);
  const largest = bySize[0];
  if (largest === undefined) return [];
  if (size(largest) * 2 >= total) return [largest];
  // `ui@1.2.3`, `api@2.0.0`, …: packages of a monorepo, tagged in one way.
  const way = separatorOf(largest.prefix);
  const alike = bySize.filter(({ prefix, stable }) => stable > 0 && separatorOf(prefix) === way);
  return way !== "" && alike.length >= 3 ? alike : [largest];
}

/** `@acme/ui@v` → `ui`. */
function bareName(prefix: string): string {
  const parts = prefix.replace(/[-@/_.]?[vr]?$/i, "").split(/[/@]/);
  return (parts.at(-1) ?? "").toLowerCase();
}

/** How the name is set off from the version: `@`, `-v`, `/`, …; empty where there is no name. */
function separatorOf(prefix: string): string {
  return /\w([-@/_.]v?)$/i.exec(prefix)?.[1] ?? "";
}

function patternOf({ prefix, separator, numbersMin, numbersMax, final }: Family, withPrereleases: boolean): string {
  const isSemantic = separator === "." && numbersMin === 3 && numbersMax === 3;
  const more =
    numbersMax === 2 && numbersMin === 2
      ? ""
      : numbersMin === numbersMax
        ? `{${numbersMin - 1}}`
        : `{${numbersMin - 1},${numbersMax - 1}}`;
  const numbers =
    numbersMax === 1
      ? "\\d+"
      : more === ""
        ? `\\d+${escaped(separator)}\\d+`
        : `\\d+(?:${escaped(separator)}\\d+)${more}`;
  const version = isSemantic ? "(?<major>\\d+)\\.(?<minor>\\d+)\\.(?<patch>\\d+)" : numbers;
  const endings = [...(final > 0 ? [FINAL_SUFFIX] : []), ...(withPrereleases ? [PRERELEASE_SUFFIX] : [])];
  return `^${escaped(prefix)}${version}${endings.length === 0 ? "" : `(?:${endings.join("|")})?`}$`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
