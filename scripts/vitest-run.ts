import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { runCommand } from "./run-command.ts";
import { addCounts, type Counts, countFiles, countRun, type FileCounts } from "./test-report.ts";

const ROOT = resolve(import.meta.dirname, "..");
const REPORTS = join(ROOT, ".cache", "tests");
/** Most of a test is waiting for a store, a browser or a second to pass: vitest's own choice leaves two cores idle. */
const WORKERS = 3;
/** More files than this do not fail by chance. */
const SECOND_TRIES_MAX = 3;
/** A whole run stays below 15 minutes. */
const SECOND_TRY_TIMEOUT_MS = 3 * 60_000;
/** What vitest heads errors with that belong to no test. */
const UNHANDLED = /Unhandled (?:Errors?|Rejection)|Vitest caught/;

/**
 * Runs vitest projects. A file that failed is run once more, by itself and from its beginning, and counts as it ended
 * then: on a machine that others use, a process or a browser may be starved. What passed only then is named at the
 * end of the output as unsteady, so that somebody mends it.
 *
 * @param name of the report that is left behind.
 */
export async function runVitest(
  name: string,
  projects: readonly string[],
  timeoutMs: number,
): Promise<Counts & { readonly output: string }> {
  const chosen = projects.flatMap((project) => ["--project", project]);
  const first = await runOnce(name, chosen, timeoutMs);
  const failed = first.files.filter((file) => file.failed > 0);
  if (failed.length === 0 || failed.length > SECOND_TRIES_MAX || first.isOfNoFile) {
    return { ...countRun(first.files, first.isOk), output: "" };
  }

  const paths = failed.map(({ file }) => relative(ROOT, file));
  console.log(`\nonce more, by itself: ${paths.join(", ")}\n`);
  const second = await runOnce(`${name}-second-try`, [...chosen, ...paths], SECOND_TRY_TIMEOUT_MS);
  const others = first.files.filter((file) => !failed.includes(file));
  if (second.files.length !== failed.length) return { ...countRun(first.files, false), output: "" };
  if (second.isOk) for (const each of failed) console.log(sayUnsteady(each));
  return { ...addCounts([...others, countRun(second.files, second.isOk)]), output: "" };
}

function sayUnsteady({ file, failedTests }: FileCounts): string {
  const tests =
    failedTests.length > 0 ? failedTests.map((title) => `\n  ${title}`).join("") : "\n  (could not be loaded)";
  return `! unsteady: failed once and passed at the second try, in ${relative(ROOT, file)}${tests}`;
}

async function runOnce(name: string, given: readonly string[], timeoutMs: number) {
  const report = join(REPORTS, `${name}.json`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(report, { force: true });
  const { isOk, output } = await runCommand(
    process.execPath,
    [
      join("node_modules", "vitest", "vitest.mjs"),
      "run",
      `--maxWorkers=${WORKERS}`,
      ...given,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    { timeoutMs, isStreamed: true, environment: { NODE_OPTIONS: "--disable-warning=ExperimentalWarning" } },
  );
  // A rejection that nobody took, or a worker that died: no file's report tells of it.
  const isOfNoFile = !isOk && UNHANDLED.test(output);
  return { isOk, isOfNoFile, files: countFiles(existsSync(report) ? readFileSync(report, "utf8") : undefined) };
}
