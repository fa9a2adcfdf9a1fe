import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startProgram, startScript } from "./child-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACK = new URL("../../scripts/pack.ts", import.meta.url);
const OPENFEATURE = "@openfeature/server-sdk@1.23.0";
/** npm must not run on a Node that lies in a node_modules, nor find the programs of this clone. */
const SYSTEM_PATH = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
const NPM_ENVIRONMENT = { PATH: SYSTEM_PATH.join(delimiter), npm_config_loglevel: "error" };

export type Ran = { readonly code: number | null; readonly stdout: string; readonly log: string };

/** A folder outside the clone, as a user's: the three packages, and OpenFeature's SDK. */
export type Installed = {
  readonly folder: string;
  /** Starts a program in the folder; unless `env` says another PATH, the Node of the tests is first in it. */
  start(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Child;
  /** The same, to its end. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
};

/** Whether npm's registry answers. */
export function isRegistryReachable(): boolean {
  const args = ["view", OPENFEATURE, "version", "--fetch-retries=0", "--fetch-timeout=15000"];
  try {
    execFileSync("npm", args, { stdio: "ignore", env: { ...process.env, ...NPM_ENVIRONMENT } });
    return true;
  } catch {
    return false;
  }
}

/** A Node of this machine itself, and its major version; `undefined` when there is none. */
export function findSystemNode(): { readonly path: string; readonly major: number } | undefined {
  const ask = "console.log(JSON.stringify({ path: process.execPath, major: parseInt(process.versions.node) }))";
  try {
    const answer = execFileSync("node", ["--eval", ask], { encoding: "utf8", env: { PATH: NPM_ENVIRONMENT.PATH } });
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
}

/** Packs the packages and installs them. @throws {Error} with what npm or the compiler said */
export async function installPackages(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), "steadfast-packages-"));
  const PATH = [dirname(process.execPath), ...SYSTEM_PATH].join(delimiter);
  const start: Installed["start"] = (command, args, env = {}) =>
    startProgram(command, args, { cwd: folder, env: { ...outsideNpm(), PATH, ...env } });
  const run: Installed["run"] = async (command, args, env) => {
    const child = start(command, args, env);
    const { code } = await child.exited;
    return { code, stdout: child.stdout(), log: child.log() };
  };
  const packing = startScript(PACK, ["--out", folder]);
  if ((await packing.exited).code !== 0) throw new Error(`scripts/pack.ts: ${packing.log()}`);

  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz")).map((name) => `./${name}`);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "somebody", private: true, type: "module" }));
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs, OPENFEATURE];
  let ran = await run("npm", install, NPM_ENVIRONMENT);
  // As scripts/run.mjs: the user's cache may not be writable.
  const ownCache = ["--cache", join(ROOT, ".cache", "npm")];
  if (ran.code !== 0) ran = await run("npm", [...install, ...ownCache], NPM_ENVIRONMENT);
  if (ran.code !== 0) throw new Error(`npm install: ${ran.log}`);
  return { folder, start, run };
}

/** What `npm test` tells its programs about this clone is not for an npm that installs elsewhere. */
function outsideNpm(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) =>
    /^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
