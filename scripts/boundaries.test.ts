import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const ROOT = resolve(import.meta.dirname, "..");
const CONFIG = join(ROOT, ".dependency-cruiser.mjs");
const CRUISER = join(ROOT, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");

/** What breaks each rule: one importing file and what it writes. */
const OFFENDERS: Record<string, readonly { file: string; source: string }[]> = {
  "core-imports-only-core": [
    { file: "packages/core/src/flags/reads.ts", source: `import { readFileSync } from "node:fs";` },
    { file: "packages/core/src/flags/asks.ts", source: `import type { Package } from "declared";` },
  ],
  "core-tests-stay-in-core": [
    { file: "packages/core/src/flags/parse.test.ts", source: `import "../../../provider/src/provider.ts";` },
  ],
  "provider-imports-only-core": [
    { file: "packages/provider/src/hook.ts", source: `import type { X } from "../../server/src/config.ts";` },
    { file: "packages/provider/src/load.ts", source: `import "../../../e2e/src/load.ts";` },
  ],
  "server-imports-only-core": [
    { file: "packages/server/src/jobs/tick.ts", source: `import "../../../provider/src/provider.ts";` },
  ],
  "web-imports-no-workspace": [
    { file: "packages/web/src/page.tsx", source: `import type { X } from "../../server/src/config.ts";` },
  ],
  "example-imports-only-the-provider": [
    { file: "examples/shop/src/peek.ts", source: `import "../../../packages/server/src/config.ts";` },
  ],
  "noun-imports-no-noun": [
    { file: "packages/server/src/flags/routes.ts", source: `import type { X } from "../rollouts/schemas.ts";` },
    { file: "packages/server/src/protocols/otlp/routes.ts", source: `import "../ofrep/routes.ts";` },
  ],
  "noun-does-not-import-upwards": [
    { file: "packages/server/src/rollouts/routes.ts", source: `import "../app.ts";` },
    { file: "packages/server/src/http/listen.ts", source: `import "../serve.ts";` },
  ],
  "ground-imports-no-noun": [
    { file: "packages/server/src/journal/append.ts", source: `import type { X } from "../rollouts/schemas.ts";` },
    { file: "packages/server/src/git/read.ts", source: `import type { X } from "../rollouts/schemas.ts";` },
  ],
  "only-main-imports-cli": [{ file: "packages/server/src/app.ts", source: `import "./cli/program.ts";` }],
  "cli-speaks-http": [{ file: "packages/server/src/cli/list.ts", source: `import "../db/database.ts";` }],
  "no-cycle": [
    { file: "packages/core/src/guard/first.ts", source: `import type { X } from "./second.ts"; export type Y = X;` },
  ],
  "no-barrel": [{ file: "packages/core/src/guard/all.ts", source: `export { plain } from "./plain.ts";` }],
  "no-unresolvable": [{ file: "packages/server/src/http/lost.ts", source: `import "./nowhere.ts";` }],
  "no-undeclared-package": [{ file: "packages/server/src/http/lucky.ts", source: `import "undeclared";` }],
  "no-development-package-in-product": [{ file: "packages/server/src/http/tools.ts", source: `import "tool";` }],
};

/** What the rules must let pass, or what an offender needs. */
const ALLOWED: Record<string, string> = {
  "packages/core/src/guard/second.ts": `import type { Y } from "./first.ts"; export type X = Y;`,
  "packages/core/src/guard/plain.ts": "export const plain = 1;",
  "packages/core/src/guard/plain.test.ts": `import "declared"; import "node:fs"; import "./plain.ts";`,
  "packages/provider/src/provider.ts": `import "../../core/src/guard/plain.ts";`,
  "packages/provider/src/node.ts": `export * from "./provider.ts";`,
  "packages/server/src/config.ts": "export type X = 1;",
  "packages/server/src/serve.ts": `import "./rollouts/schemas.ts"; import "./protocols/ofrep/routes.ts";`,
  "packages/server/src/main.ts": `import "./cli/program.ts"; import "./serve.ts";`,
  "packages/server/src/rollouts/schemas.ts": `import "../http/plain.ts"; export type X = 1;`,
  "packages/server/src/protocols/ofrep/routes.ts": `import "../../../../core/src/guard/plain.ts";`,
  "packages/server/src/http/plain.ts": `import "declared";`,
  "packages/server/src/http/plain.test.ts": `import "tool"; import "../app.ts";`,
  "packages/server/src/db/database.ts": "export {};",
  "packages/server/src/cli/program.ts": `import "../config.ts"; import "../git/plain.ts";`,
  "packages/server/src/git/plain.ts": `import "../../../core/src/guard/plain.ts";`,
  "e2e/src/load.ts": `import "../../packages/provider/src/provider.ts";`,
};

const PACKAGES: Record<string, object> = {
  "package.json": { name: "root" },
  "packages/core/package.json": { name: "core", devDependencies: { declared: "1.0.0" } },
  "packages/server/package.json": {
    name: "server",
    dependencies: { declared: "1.0.0" },
    devDependencies: { tool: "1.0.0" },
  },
};

const violations = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string() })) }),
  }),
});

describe("the boundaries", () => {
  const root = mkdtempSync(join(tmpdir(), "steadfast-boundaries-"));
  let found: z.infer<typeof violations>["summary"];

  beforeAll(() => {
    for (const [file, content] of Object.entries(PACKAGES)) write(root, file, JSON.stringify(content));
    for (const name of ["declared", "undeclared", "tool"]) {
      write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
      write(root, `node_modules/${name}/index.js`, "");
    }
    for (const [file, source] of Object.entries(ALLOWED)) write(root, file, source);
    for (const { file, source } of Object.values(OFFENDERS).flat()) write(root, file, source);
    found = cruise(root);
  });

  afterAll(() => rmSync(root, { recursive: true }));

  it("has an offender for every rule", () => {
    expect(Object.keys(OFFENDERS).sort()).toEqual(found.ruleSetUsed.forbidden.map((rule) => rule.name).sort());
  });

  it.each(Object.entries(OFFENDERS))("%s: refuses what breaks it, and nothing else", (rule, offenders) => {
    const refused = found.violations.filter((violation) => violation.rule.name === rule);

    expect([...new Set(refused.map((violation) => violation.from))].sort()).toEqual(
      offenders.map((offender) => offender.file).sort(),
    );
  });

  it("ends with an error when a rule is broken", () => {
    const result = spawnSync(process.execPath, [CRUISER, "--config", CONFIG, "packages"], { cwd: root });

    expect(result.status).not.toBe(0);
  });
});

function write(root: string, file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
}

function cruise(root: string): z.infer<typeof violations>["summary"] {
  const report = join(root, "report.json");
  const folders = ["packages", "examples", "e2e"];
  execFileSync(
    process.execPath,
    [CRUISER, "--config", CONFIG, "--output-type", "json", "--output-to", report, ...folders],
    { cwd: root },
  );
  return violations.parse(JSON.parse(readFileSync(report, "utf8"))).summary;
}
