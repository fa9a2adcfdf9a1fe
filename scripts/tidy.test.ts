import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findBreaches, findNameBreach, SOURCE_LINES_MAX } from "./house-rules.ts";
import { findUnlockedPackages } from "./lock-file.ts";
import { findBrokenLinks } from "./markdown-links.ts";

const ROOT = resolve(import.meta.dirname, "..");
const ADR_STATUS = /^Status: (proposed|accepted|rejected|superseded by \[\d{4}\]\(.+\))( .*)?$/m;
const ADR_SECTIONS = ["Context", "Options", "Decision", "Consequences"];

const files = listFiles();
const texts = new Map(files.filter((path) => /\.(ts|tsx|mjs|md|json|css|html|yml|yaml)$/.test(path)).map(readEntry));
const documents = new Map([...texts].filter(([path]) => path.endsWith(".md")));

describe("the repository", () => {
  it("keeps the house rules in every file", () => {
    const written = [...texts].filter(([path]) => path !== "package-lock.json");

    const breaches = written.flatMap(([path, text]) =>
      findBreaches(path, text).map((breach) => `${path}:${breach.line} ${breach.message}`),
    );

    expect(breaches).toEqual([]);
  });

  it("names files and folders after what they hold", () => {
    const breaches = files.map((path) => [path, findNameBreach(path)]).filter(([, message]) => message !== undefined);

    expect(breaches).toEqual([]);
  });

  // A registry that mirrors one platform only makes a lock file that npm ci refuses everywhere else.
  it("locks the packages of every platform", () => {
    expect(findUnlockedPackages(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")))).toEqual([]);
  });

  it("has no link in a document that leads nowhere", () => {
    expect(findBrokenLinks(documents, (path) => existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("has decision records with consecutive numbers, a status and the same four sections", () => {
    const records = [...documents].filter(([path]) => path.startsWith("docs/adr/"));

    const numbers = records.map(([path]) => Number(path.slice("docs/adr/".length, "docs/adr/".length + 4)));
    const incomplete = records.filter(
      ([, text]) => !ADR_STATUS.test(text) || !ADR_SECTIONS.every((section) => text.includes(`\n## ${section}\n`)),
    );

    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(incomplete.map(([path]) => path)).toEqual([]);
  });
});

describe("the house rules", () => {
  it.each([
    ["packages/server/src/flags/read.ts", "const a = b as string;"],
    ["packages/server/src/flags/read.ts", "const a = b!.c;"],
    ["packages/server/src/flags/read.ts", "function f(a: any) {}"],
    ["packages/server/src/flags/read.ts", "enum Colour { Red }"],
    ["packages/server/src/flags/read.ts", "class A { constructor(readonly b: string) {} }"],
    ["packages/server/src/flags/read.ts", "export default 1;"],
    ["packages/server/src/flags/read.ts", "const home = process.env.HOME;"],
    ["packages/server/src/flags/read.ts", "// TODO: later"],
    ["packages/server/src/flags/read.ts", "// @ts-ignore"],
    ["packages/core/src/flags/read.ts", "const now = Date.now();"],
    ["packages/core/src/flags/read.test.ts", "it.only('x', () => {});"],
    ["docs/guides/a.md", `see ${"/home"}/ada/steadfast`],
  ])("%s: refuses %j", (path, text) => {
    expect(findBreaches(path, text)).toHaveLength(1);
  });

  it.each([
    ["packages/server/src/environment.ts", "const home = process.env.HOME;"],
    ["packages/server/src/flags/read.ts", 'import { a as b } from "./a.ts";\nconst c = ["x"] as const;'],
    ["packages/server/src/flags/read.test.ts", "it.skipIf(isMissing)('x', () => {});"],
    ["packages/core/src/flags/read.ts", "const at = new Date(nowMs);"],
  ])("%s: allows %j", (path, text) => {
    expect(findBreaches(path, text)).toEqual([]);
  });

  it("refuses a file that is too long", () => {
    expect(findBreaches("packages/core/src/flags/read.ts", "a;\n".repeat(SOURCE_LINES_MAX))).toHaveLength(0);
    expect(findBreaches("packages/core/src/flags/read.ts", "a;\n".repeat(SOURCE_LINES_MAX + 1))).toHaveLength(1);
  });

  it("tells the line", () => {
    expect(findBreaches("bench/src/a.ts", "const a = 1;\n// ü\nconst b = a as string;\n")[0]?.line).toBe(3);
  });

  it.each(["packages/core/src/utils/text.ts", "packages/core/src/helpers.ts", "bench/src/index.ts", "e2e/src/aB.ts"])(
    "refuses the name %s",
    (path) => {
      expect(findNameBreach(path)).toBeDefined();
    },
  );
});

describe("the lock file", () => {
  const packages = {
    "": { optionalDependencies: { own: "1.0.0" } },
    "node_modules/own": {},
    "packages/a/node_modules/b": { optionalDependencies: { own: "1.0.0", near: "1.0.0", far: "1.0.0" } },
    "packages/a/node_modules/b/node_modules/near": {},
  };

  it("is asked for what lies beside a package or above it", () => {
    expect(findUnlockedPackages({ packages })).toEqual(["far (packages/a/node_modules/b)"]);
  });
});

describe("links between documents", () => {
  const pages = new Map([
    ["docs/a.md", "# One\n[b](b.md#the-second-one) ![p](../p.png) [web](https://example.org) `[no](no.md)`"],
    ["docs/b.md", "## The second `one`!\n[self](#nowhere) [gone](gone.md)\n"],
  ]);

  it("finds a missing file and a missing heading, and nothing else", () => {
    const exists = (path: string) => pages.has(path) || path === "p.png";

    expect(findBrokenLinks(pages, exists)).toEqual([
      { from: "docs/b.md", link: "#nowhere", why: "no such heading" },
      { from: "docs/b.md", link: "gone.md", why: "no such file" },
    ]);
  });
});

/** What git knows or would take, and is there. */
function listFiles(): readonly string[] {
  const command = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", command, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}

function readEntry(path: string): [string, string] {
  return [path, readFileSync(join(ROOT, path), "utf8")];
}
