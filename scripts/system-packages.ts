import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Ran, runCommand } from "./run-command.ts";

/** What some suites need from outside npm. `find` answers where it is, `undefined` when it is missing. */
export type SystemPackage = {
  readonly name: string;
  readonly debianPackage: string;
  /** Which suites are left out without it, in a person's words. */
  readonly suites: string;
  /** Set for the suites when it is there, so that none of them skips itself in silence. */
  readonly requiredBy: string;
  readonly find: () => string | undefined;
};

const MINUTE_MS = 60_000;
const POSTGRES_FOLDERS = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_BROWSERS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  {
    name: "PostgreSQL",
    debianPackage: "postgresql",
    suites: "the store tests on PostgreSQL and the journeys with two nodes",
    requiredBy: "STEADFAST_REQUIRE_POSTGRES",
    find: () => findOnPath(["initdb"]) ?? findPostgresFolder(),
  },
  {
    name: "Chromium",
    debianPackage: "chromium",
    suites: "the journeys through the browser",
    requiredBy: "STEADFAST_REQUIRE_BROWSER",
    find: () => findOnPath(BROWSERS) ?? MAC_BROWSERS.find(isExecutable),
  },
];

/**
 * Installs with apt what is missing, where that is possible: on Debian, as root.
 *
 * @returns what is still missing, and what apt said.
 */
export async function installSystemPackages(): Promise<{ missing: readonly SystemPackage[]; output: string }> {
  const missing = missingPackages();
  if (missing.length === 0 || !isDebianRoot()) return { missing, output: "" };

  const update = await apt(["update"]);
  const install = await apt([
    "install",
    "--yes",
    "--no-install-recommends",
    ...missing.map((entry) => entry.debianPackage),
  ]);
  return { missing: missingPackages(), output: update.output + install.output };
}

/** The settings that make the suites insist on what is installed. */
export function requirements(missing: readonly SystemPackage[]): Record<string, string> {
  const present = SYSTEM_PACKAGES.filter((entry) => !missing.includes(entry));
  return Object.fromEntries(present.map((entry) => [entry.requiredBy, "1"]));
}

function missingPackages(): readonly SystemPackage[] {
  return SYSTEM_PACKAGES.filter((entry) => entry.find() === undefined);
}

function isDebianRoot(): boolean {
  return existsSync("/etc/debian_version") && findOnPath(["apt-get"]) !== undefined && process.getuid?.() === 0;
}

function apt(command: readonly string[]): Promise<Ran> {
  const options = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "--quiet=2"];
  return runCommand("apt-get", [...options, ...command], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: 5 * MINUTE_MS,
  });
}

function findOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Debian and Homebrew keep the server's programs outside the PATH, in a folder for each version. */
function findPostgresFolder(): string | undefined {
  const versions = POSTGRES_FOLDERS.filter(existsSync).flatMap((folder) =>
    readdirSync(folder).map((version) => join(folder, version, "bin", "initdb")),
  );
  return versions.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
