import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { bundleProgram } from "./bundle-program.ts";
import { type PublishedManifest, publishedManifest } from "./published-manifest.ts";
import { runCommand } from "./run-command.ts";

export type Package = {
  readonly folder: string;
  /** What is compiled, with all that it imports. */
  readonly roots: readonly string[];
  /** The standard library of the oldest Node that the package promises; the core's is explained below. */
  readonly library: readonly string[];
  /** Folders of the clone that are shipped as they are. */
  readonly ships: Readonly<Record<string, string>>;
  /** The first module of a program, which nobody imports: it is shipped as files that hold all of ours. `null`: modules and types, as they are. */
  readonly program: string | null;
};

export const ROOT = resolve(import.meta.dirname, "..");
export const CACHE = join(ROOT, ".cache");
export const DASHBOARD = join("packages", "web", "dist");
const COMMAND_TIMEOUT_MS = 120_000;
/** `isWellFormed`: es2024 by its year, and part of Node 20. */
const NODE_20 = ["es2023", "es2024.string"];
/** `Map.groupBy`: Node 21. Only `core/delivery` uses it, which the server alone imports; the provider's part runs on Node 20. */
const CORE = [...NODE_20, "es2024.collection"];
/** The core first: the others are compiled against what is built of it. */
export const PACKAGES: readonly Package[] = [
  { folder: "core", roots: ["src"], library: CORE, ships: {}, program: null },
  { folder: "provider", roots: ["src/node.ts", "src/client.ts"], library: NODE_20, ships: {}, program: null },
  {
    folder: "server",
    roots: ["src/launch.ts"],
    library: ["es2024"],
    ships: { dashboard: DASHBOARD },
    program: "launch",
  },
];

/** A folder in which packages are compiled, the core where the others look for it. Gone once `work` has ended. */
export async function inStage<Result>(work: (stage: string) => Promise<Result>): Promise<Result> {
  mkdirSync(CACHE, { recursive: true });
  // Inside the clone, so that what the sources import is found.
  const stage = mkdtempSync(join(CACHE, "pack-"));
  try {
    mkdirSync(join(stage, "node_modules", "@steadfast"), { recursive: true });
    symlinkSync(join(stage, "core"), join(stage, "node_modules", "@steadfast", "core"), "junction");
    return await work(stage);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/**
 * Makes `staged` what is published of a package: its manifest, JavaScript, maps, and of a library types and sources, without what it only ships.
 *
 * @throws {Error} with what the compiler said
 */
export async function stagePackage(each: Package, staged: string): Promise<PublishedManifest> {
  const workspace = join(ROOT, "packages", each.folder);
  const source = publishedManifest(JSON.parse(readFileSync(join(workspace, "package.json"), "utf8")));
  const manifest = each.program === null ? source : withoutOurs(source);
  cpSync(join(workspace, "src"), join(staged, "src"), { recursive: true });
  cpSync(join(workspace, "README.md"), join(staged, "README.md"));
  cpSync(join(ROOT, "LICENSE"), join(staged, "LICENSE"));
  // Packages of which the workspace has another version than the root.
  const own = join(workspace, "node_modules");
  if (existsSync(own)) symlinkSync(own, join(staged, "node_modules"), "junction");
  const files = ["dist", ...(each.program === null ? ["src"] : []), ...Object.keys(each.ships)];
  writeFileSync(join(staged, "package.json"), `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
  await compile(each, staged);
  if (each.program !== null) await bundleProgram(join(staged, "dist"), each.program, isOurs);
  return manifest;
}

/** What a program holds it does not depend on. */
function withoutOurs(manifest: PublishedManifest): PublishedManifest {
  const dependencies = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !isOurs(name));
  return { ...manifest, dependencies: Object.fromEntries(dependencies) };
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith("@steadfast/");
}

/** Compiles `src` to `dist`, and leaves of `src` what was compiled: that is where the maps lead. */
async function compile(each: Package, staged: string): Promise<void> {
  const compilerOptions = {
    noEmit: false,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    declarationMap: true,
    sourceMap: true,
    // The version is imported from package.json, beside `src`.
    rootDir: ".",
    outDir: "built",
    target: "es2023",
    lib: each.library,
    types: ["node"],
  };
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions,
    include: each.roots,
    exclude: ["**/*.test.ts", "**/*.fixture.ts"],
  };
  writeFileSync(join(staged, "tsconfig.json"), JSON.stringify(config));
  await run(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "--project", staged]);
  renameSync(join(staged, "built", "src"), join(staged, "dist"));

  for (const path of listFiles(join(staged, "dist"))) {
    if (!path.endsWith(".map")) continue;
    // `dist` lies one folder higher than `built/src`.
    const map = readFileSync(path, "utf8");
    writeFileSync(path, map.replace('"sources":["../', '"sources":["'));
  }
  for (const path of listFiles(join(staged, "src"))) {
    const compiled = join(staged, "dist", path.slice(join(staged, "src").length)).replace(/\.ts$/, ".js");
    if (!existsSync(compiled)) rmSync(path);
  }
}

function listFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** @throws {Error} with what the program said, when it fails */
export async function run(command: string, given: readonly string[]): Promise<void> {
  const { isOk, output } = await runCommand(command, given, { timeoutMs: COMMAND_TIMEOUT_MS });
  if (!isOk) throw new Error(`${[command, ...given].join(" ")} failed:\n${output}`);
}
