import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findInstallScripts, isExpected, listProductPackages, PRODUCTS, parseLockFile } from "./licences.ts";
import { renderLicencesPage } from "./licences-page.ts";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const packages = parseLockFile(JSON.parse(read("package-lock.json")));

describe("what comes along with a product", () => {
  it("has a licence that is expected", () => {
    const unexpected = listProductPackages(packages).filter(({ licence }) => !isExpected(licence));

    expect(unexpected).toEqual([]);
  });

  it("is what the workspaces ask for, and what that asks for, on every platform", () => {
    const names = listProductPackages(packages).map(({ name }) => name);

    expect(Object.keys(PRODUCTS).filter((folder) => !(folder in packages))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(["fastify", "find-my-way", "pg", "react", "@mantine/core", "zod"]));
    expect(names).not.toContain("vitest");
    expect(names).not.toContain("@steadfast/core");
  });

  it("runs no program when it is installed, and no other package needs to: npm is told to run none", () => {
    const product = new Set(listProductPackages(packages).map(({ name }) => name));
    const scripts = findInstallScripts(packages);

    expect(scripts.filter((name) => product.has(name))).toEqual([]);
    // It falls back to a slower build of itself, which nobody uses: the packages of its platforms are in the lock file.
    expect(scripts).toEqual(["@swc/core"]);
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
  });
});

describe("a licence", () => {
  it.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["(MIT AND Zlib)", true],
    ["MIT AND GPL-3.0", false],
    ["GPL-3.0", false],
    ["", false],
    ["SEE LICENSE IN LICENSE", false],
  ])("%s is expected: %s", (licence, expected) => {
    expect(isExpected(licence)).toBe(expected);
  });
});

it("the page tells each package once, with who brings it", () => {
  const lock = parseLockFile({
    packages: {
      "packages/server": { dependencies: { a: "1" } },
      "packages/web": { dependencies: { a: "1" }, devDependencies: { tool: "1" } },
      "node_modules/a": { version: "1.0.0", license: "MIT", dependencies: { b: "1" } },
      "node_modules/a/node_modules/b": { version: "2.0.0", license: "ISC" },
      "node_modules/b": { version: "1.0.0", license: "GPL-3.0" },
      "node_modules/tool": { version: "1.0.0", license: "GPL-3.0" },
    },
  });

  const page = renderLicencesPage(listProductPackages(lock));

  expect(page).toContain("| [a](https://www.npmjs.com/package/a) | 1.0.0 | MIT | dashboard, server |");
  expect(page).toContain("| [b](https://www.npmjs.com/package/b) | 2.0.0 | ISC |");
  expect(page).not.toContain("GPL");
});
