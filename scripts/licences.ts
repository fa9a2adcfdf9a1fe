import { z } from "zod";

const entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.object({ packages: z.record(z.string(), entry) });

export type LockedPackages = z.infer<typeof lockFile>["packages"];

/** A package of somebody else that a product of ours brings along. */
export type LicensedPackage = {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; "" when the lock file does not say. */
  readonly licence: string;
  /** The products that bring it. */
  readonly products: readonly string[];
};

/** What users get, by the folder it is made from. The dashboard's packages are bundled into what the server serves. */
export const PRODUCTS: Readonly<Record<string, string>> = {
  "packages/core": "core",
  "packages/provider": "provider",
  "packages/server": "server",
  "packages/web": "dashboard",
};

/** Licences that ask for no more than their notice, or nothing. */
export const LICENCES_EXPECTED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
  "Zlib",
]);

export function parseLockFile(json: unknown): LockedPackages {
  return lockFile.parse(json).packages;
}

/** Packages that run a program of theirs when they are installed. */
export function findInstallScripts(packages: LockedPackages): readonly string[] {
  return Object.entries(packages).flatMap(([path, { hasInstallScript }]) => (hasInstallScript ? [nameOf(path)] : []));
}

/** Everything that products bring along, whatever the platform, by name and version. */
export function listProductPackages(packages: LockedPackages): readonly LicensedPackage[] {
  const found = new Map<string, { path: string; products: Set<string> }>();
  for (const [folder, product] of Object.entries(PRODUCTS)) {
    for (const path of closureOf(packages, folder)) {
      const known = found.get(path) ?? { path, products: new Set<string>() };
      known.products.add(product);
      found.set(path, known);
    }
  }
  const listed = new Map<string, LicensedPackage>();
  for (const { path, products } of found.values()) {
    const { version = "", license } = packages[path] ?? {};
    const name = nameOf(path);
    const key = `${name}@${version}`;
    const all = new Set([...(listed.get(key)?.products ?? []), ...products]);
    listed.set(key, { name, version, licence: license ?? "", products: [...all].sort() });
  }
  return [...listed.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** Whether one may be chosen that is expected, or all that are asked for are. No nesting but one pair of brackets. */
export function isExpected(licence: string): boolean {
  const expression = licence.replace(/^\((.*)\)$/, "$1");
  return expression.split(" OR ").some((choice) => choice.split(" AND ").every((name) => LICENCES_EXPECTED.has(name)));
}

function closureOf(packages: LockedPackages, folder: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const { dependencies, optionalDependencies } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = findPlace(packages, path, name);
      if (place === undefined || seen.has(place) || packages[place]?.link) continue;
      seen.add(place);
      waiting.push(place);
    }
  }
  return seen;
}

/** Where a package finds another: beside itself, then in every folder above. */
function findPlace(packages: LockedPackages, path: string, name: string): string | undefined {
  const segments = path.split("/");
  for (let depth = segments.length; depth >= 0; depth -= 1) {
    const place = [...segments.slice(0, depth), "node_modules", name].join("/");
    if (place in packages) return place;
  }
  return undefined;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
