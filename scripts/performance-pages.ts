import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseBenchResult } from "./bench-results.ts";
import { renderPerformancePage } from "./performance-page.ts";

const ROOT = resolve(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench", "results");

/** Path in the repository → what should stand there: the page of figures and its charts, from the results that are kept. */
export function generatePerformancePages(): ReadonlyMap<string, string> {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS).filter((file) => file.endsWith(".json")) : [];
  return renderPerformancePage(files.sort().map((file) => parseBenchResult(readFileSync(join(RESULTS, file), "utf8"))));
}

/** For a benchmark that has just written its result. */
export function writePerformancePages(): void {
  for (const [path, text] of generatePerformancePages()) {
    const file = join(ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
