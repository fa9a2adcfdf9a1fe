// Writes every generated file, or with --check compares them with what would be written.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { probeAccess } from "../packages/server/src/access-probe.ts";
import { EXIT_CODE_MEANINGS } from "../packages/server/src/cli/exit-codes.ts";
import { buildProgram } from "../packages/server/src/cli/program.ts";
import { SETTINGS } from "../packages/server/src/config.ts";
import { CAPABILITIES_BY_ROLE } from "../packages/server/src/http/access-rule.ts";
import { PROBLEMS } from "../packages/server/src/http/problem.ts";
import { buildOpenApiDocument } from "../packages/server/src/openapi.ts";
import { renderAccessPage } from "./access-page.ts";
import { renderApiPage } from "./api-page.ts";
import { renderCliPage } from "./cli-page.ts";
import { renderClientTypes } from "./client-types.ts";
import { renderConfigurationPage } from "./configuration-page.ts";
import { listProductPackages, parseLockFile } from "./licences.ts";
import { renderLicencesPage } from "./licences-page.ts";
import { parseDocument } from "./openapi-document.ts";
import { generatePerformancePages } from "./performance-pages.ts";

const ROOT = resolve(import.meta.dirname, "..");

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
process.exitCode = await main(values.check);

async function main(isCheck: boolean): Promise<number> {
  const stale: string[] = [];
  for (const [path, text] of await generateAll()) {
    const file = join(ROOT, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    stale.push(path);
    if (isCheck) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (stale.length === 0) console.log("Every generated file is up to date.");
  else if (isCheck)
    console.error(`Not up to date: ${stale.join(", ")}. Run npm run generate and commit what it writes.`);
  else console.log(`Written: ${stale.join(", ")}`);
  return isCheck && stale.length > 0 ? 1 : 0;
}

/** Path in the repository → what should stand there. */
async function generateAll(): Promise<ReadonlyMap<string, string>> {
  const document = await buildOpenApiDocument();
  const documentText = `${JSON.stringify(document, null, 2)}\n`;
  const clientTypes = await renderClientTypes(documentText);
  return new Map([
    ["packages/server/openapi.json", documentText],
    ["packages/server/src/cli/api-types.ts", clientTypes],
    ["packages/web/src/api/api-types.ts", clientTypes],
    ["docs/reference/api.md", renderApiPage(parseDocument(document), PROBLEMS, rolesByCapability())],
    ["docs/reference/licences.md", renderLicencesPage(listProductPackages(readLockFile()))],
    ["docs/reference/access.md", renderAccessPage(await probeAccess())],
    ["docs/reference/configuration.md", renderConfigurationPage(SETTINGS)],
    ["docs/reference/cli.md", renderCliPage(await buildProgram(), EXIT_CODE_MEANINGS)],
    ...generatePerformancePages(),
  ]);
}

function readLockFile() {
  return parseLockFile(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
}

function rolesByCapability(): ReadonlyMap<string, readonly string[]> {
  const pairs = Object.entries(CAPABILITIES_BY_ROLE).flatMap(([role, capabilities]) =>
    capabilities.map((capability) => ({ role, capability })),
  );
  const grouped = Map.groupBy(pairs, ({ capability }) => capability);
  return new Map([...grouped].map(([capability, found]) => [capability, found.map(({ role }) => role)]));
}
