import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstJsonLine } from "./child-process.ts";
import { findSystemNode, type Installed, installPackages, isRegistryReachable } from "./installed-packages.ts";

const PROVIDER_NODE_MAJOR = 20;
const SERVER_NODE_MAJOR = 24;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TYPESCRIPT = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const ADMIN_TOKEN = "admin-token-of-the-packages";

const system = findSystemNode();
const usersNode = system !== undefined && system.major >= PROVIDER_NODE_MAJOR ? system.path : process.execPath;
const oldNode = system !== undefined && system.major < SERVER_NODE_MAJOR ? system.path : undefined;
/** Reports run from Node 20 on. */
const reportNode = system !== undefined && system.major >= 20 ? oldNode : undefined;
const isLeftOut = process.env.CI !== "true" && !isRegistryReachable();
const because = isLeftOut ? " (left out: npm's registry cannot be reached)" : "";

const SNAPSHOT = {
  flags: { "new-checkout": { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "on" } },
};

const PROGRAM = `
import { OpenFeature } from "@openfeature/server-sdk";
import { SteadfastProvider } from "@steadfast/openfeature-provider";
import { SteadfastClient } from "@steadfast/openfeature-provider/client";
const options = { url: "http://127.0.0.1:9", token: "any", bundledSnapshot: "flags.json", initTimeoutMs: 100 };
await OpenFeature.setProviderAndWait(new SteadfastProvider(options));
const details = await OpenFeature.getClient().getBooleanDetails("new-checkout", false, { targetingKey: "ada" });
const client = new SteadfastClient(options);
await client.ready();
const value: boolean = client.boolean("new-checkout", false, { targetingKey: "ada" });
console.log(JSON.stringify({ value, details }));
await Promise.all([client.close(), OpenFeature.close()]);
`;

describe.skipIf(isLeftOut)(`the published packages, installed elsewhere${because}`, () => {
  let installed: Installed;

  beforeAll(async () => {
    installed = await installPackages();
  });

  afterAll(() => rm(installed.folder, { recursive: true, force: true }));

  it("evaluate a bundled flag on the user's Node, and have types", async () => {
    await writeFile(join(installed.folder, "program.ts"), PROGRAM);
    await writeFile(join(installed.folder, "flags.json"), JSON.stringify(SNAPSHOT));
    // OpenFeature's own types need those of Node.
    const nodeTypes = ["--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"];
    const compile = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022", ...nodeTypes];

    const compiled = await installed.run(process.execPath, [TYPESCRIPT, ...compile, "program.ts"]);
    const ran = await installed.run(usersNode, ["program.js"]);

    expect([compiled.code, compiled.log]).toEqual([0, ""]);
    expect([ran.code, ran.log]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ value: true, details: { value: true, variant: "on" } });
  });

  it("refuse what the types refuse", async () => {
    const wrong =
      'import { SteadfastClient } from "@steadfast/openfeature-provider/client";\nnew SteadfastClient({ url: 1 });\n';
    await writeFile(join(installed.folder, "wrong.ts"), wrong);

    const { log } = await installed.run(process.execPath, [TYPESCRIPT, "--noEmit", "--module", "nodenext", "wrong.ts"]);

    expect(log).toContain("wrong.ts(2,23): error TS2322");
  });

  it("serve the dashboard and answer the command line", async () => {
    const bin = join(installed.folder, "node_modules", ".bin", "steadfast");
    const { version } = JSON.parse(await readFile(join(ROOT, "packages", "server", "package.json"), "utf8"));
    expect(await installed.run(bin, ["--version"])).toMatchObject({ code: 0, log: `${version}\n` });

    const dataDir = join(installed.folder, "data");
    const serve = ["serve", "--port", "0", "--json", "--data-dir", dataDir];
    const server = installed.start(bin, serve, { STEADFAST_ADMIN_TOKEN: ADMIN_TOKEN });
    const { address } = await firstJsonLine<{ address: string }>(server, "the server");
    const env = { STEADFAST_URL: address, STEADFAST_TOKEN: ADMIN_TOKEN };
    const created = await installed.run(bin, ["flag", "create", "new-checkout", "--json"], env);
    const listed = await installed.run(bin, ["flag", "list", "--json"], env);
    const page = await (await fetch(address)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    const asset = await fetch(new URL(script ?? "/assets/none", address));
    await asset.arrayBuffer();
    const exit = await server.stop();

    expect([created.code, listed.code]).toEqual([0, 0]);
    expect(JSON.parse(listed.stdout).items).toMatchObject([{ key: "new-checkout" }]);
    expect(page).toContain('<div id="root">');
    expect([asset.status, asset.headers.get("content-type")]).toEqual([200, expect.stringContaining("javascript")]);
    expect([exit, server.log()]).toEqual([{ code: 0, signal: null }, expect.not.stringContaining("Warning")]);
  });

  it("say that the demo needs a clone", async () => {
    const bin = join(installed.folder, "node_modules", ".bin", "steadfast");

    const { code, log } = await installed.run(bin, ["demo"]);

    expect([code, log]).toEqual([1, expect.stringContaining("npm run demo")]);
  });

  it.skipIf(oldNode === undefined)("say which Node the server needs, on an older one", async () => {
    const launcher = join(installed.folder, "node_modules", "steadfast", "dist", "launch.js");

    const { code, log } = await installed.run(oldNode ?? "", [launcher, "--version"]);

    expect([code, log]).toEqual([1, expect.stringMatching(/^steadfast needs Node 24 or newer.*\n$/)]);
  });

  // Goal: a report on a clone asks for nothing but what is there.
  it.skipIf(reportNode === undefined)("report on a clone also on an older Node, the same", async () => {
    const launcher = join(installed.folder, "node_modules", "steadfast", "dist", "launch.js");
    const folder = await mkdtemp(join(tmpdir(), "steadfast-report-"));
    const clone = join(folder, "clone");
    execFileSync("git", ["init", "-q", clone]);
    for (const tag of ["v1.0.0", "v1.1.0-RC.1", "v1.1.0"]) {
      const author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
      execFileSync("git", ["-C", clone, ...author, "commit", "-q", "--allow-empty", "-m", tag]);
      execFileSync("git", ["-C", clone, "tag", tag]);
    }
    const args = [launcher, "delivery", clone, "--json", "--to", "2100-01-01", "--include-prereleases"];

    const older = await installed.run(reportNode ?? "", args);
    const newer = await installed.run(process.execPath, args);
    await rm(folder, { recursive: true, force: true });

    expect(older.code, older.log).toBe(0);
    expect(older.stdout).toBe(newer.stdout);
    expect(JSON.parse(older.stdout)).toMatchObject({ repository: "clone", releases: { count: 3 } });
  });

  it("hold no tests, no path of this machine, and a source for every map", async () => {
    const files = await listPackagedFiles(installed.folder);
    const maps = files.filter((path) => path.endsWith(".map"));
    const sources = (await Promise.all(maps.map(sourcesBesides))).flat();

    expect(files.filter((path) => /\.(test|fixture)\.|tsconfig/.test(path))).toEqual([]);
    expect(sources.filter((source) => !files.includes(source))).toEqual([]);
    for (const path of files.filter((name) => !name.includes("/assets/"))) {
      expect([path, (await readFile(path, "utf8")).includes(ROOT)]).toEqual([path, false]);
    }
  });
});

async function listPackagedFiles(folder: string): Promise<readonly string[]> {
  const packages = ["steadfast", "@steadfast/core", "@steadfast/openfeature-provider"];
  const lists = packages.map(async (name) => {
    const entries = await readdir(join(folder, "node_modules", name), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  });
  return (await Promise.all(lists)).flat();
}

/** The files that a map leads to; none of those that it carries itself. */
async function sourcesBesides(map: string): Promise<readonly string[]> {
  const { sources, sourcesContent = [] } = JSON.parse(await readFile(map, "utf8"));
  const isElsewhere = (_: string, index: number) => typeof sourcesContent[index] !== "string";
  return sources.filter(isElsewhere).map((source: string) => join(dirname(map), source));
}
