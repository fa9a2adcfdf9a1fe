import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import type { BenchResult } from "./bench-result.ts";

/** The machine's class: never its name or a path. */
export function describeMachine(): BenchResult["machine"] {
  const cores = cpus();
  return {
    cpu: (cores[0]?.model ?? "unknown").replaceAll(/\s+/g, " ").trim(),
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${release().split(/[.-]/).slice(0, 2).join(".")}`,
    loadAverageBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

/** The versions of Node, of Steadfast and of these packages, as they are installed. */
export function describeVersions(packages: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ["node", process.versions.node],
    ["steadfast", versionAt(new URL("../../../package.json", import.meta.url))],
    ...packages.map((name) => [name, installedVersion(name)]),
  ]);
}

/** Read from the folder: not every package exports its package.json. */
function installedVersion(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of paths) {
    try {
      return versionAt(`${folder}/${name}/package.json`);
    } catch {
      // Not in this folder: the next one up.
    }
  }
  throw new Error(`the package ${name} is not installed`);
}

function versionAt(file: string | URL): string {
  const manifest: { version?: unknown } = JSON.parse(readFileSync(file, "utf8"));
  return typeof manifest.version === "string" ? manifest.version : "unknown";
}
