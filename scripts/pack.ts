// Builds what is published: dist-packages/*.tgz, one for each package, with JavaScript, types, maps and sources.
//
//   npm run pack                      builds the dashboard first
//   npm run pack -- --out FOLDER      somewhere else than dist-packages

import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CACHE, DASHBOARD, inStage, PACKAGES, type Package, ROOT, run, stagePackage } from "./compile-packages.ts";
import type { PublishedManifest } from "./published-manifest.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...given], options: { out: { type: "string", default: "dist-packages" } } });
  if (!existsSync(join(ROOT, DASHBOARD, "index.html"))) {
    console.error("The dashboard is not built. Run `npm run pack`, which builds it first.");
    return 1;
  }
  const out = resolve(ROOT, values.out);
  mkdirSync(out, { recursive: true });
  try {
    await inStage(async (stage) => {
      for (const each of PACKAGES) console.log(await packOne(each, join(stage, each.folder), out));
    });
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** @returns the tarball's path */
async function packOne(each: Package, staged: string, out: string): Promise<string> {
  const manifest = await stagePackage(each, staged);
  for (const [to, from] of Object.entries(each.ships)) cpSync(join(ROOT, from), join(staged, to), { recursive: true });
  await run("npm", ["pack", staged, "--pack-destination", out, "--ignore-scripts", "--cache", join(CACHE, "npm")]);
  return join(out, tarballName(manifest));
}

/** As npm names it: `@scope/name` becomes `scope-name`. */
function tarballName({ name, version }: PublishedManifest): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}
