import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { BenchResult } from "../bench/src/report/bench-result.ts";
import { parseBenchResult } from "./bench-results.ts";
import { renderPerformancePage } from "./performance-page.ts";
import { renderReadmeFigures } from "./readme-figures.ts";

const ROOT = resolve(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench", "results");
const README = "README.md";

/** The last result of each benchmark, by name. */
export function readBenchResults(): readonly BenchResult[] {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS).filter((file) => file.endsWith(".json")) : [];
  return files.sort().map((file) => parseBenchResult(readFileSync(join(RESULTS, file), "utf8")));
}

/** Path in the repository → what should stand there: the page of figures, its charts, and the figures in README, from the results that are kept. */
export function generatePerformancePages(): ReadonlyMap<string, string> {
  const results = readBenchResults();
  const readme = renderReadmeFigures(readFileSync(join(ROOT, README), "utf8"), results);
  return new Map([...renderPerformancePage(results), [README, readme]]);
}

/** For a benchmark that has just written its result. */
export function writePerformancePages(): void {
  for (const [path, text] of generatePerformancePages()) {
    const file = join(ROOT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
