import { runCommand } from "./run-command.ts";
import { installSystemPackages, requirements } from "./system-packages.ts";
import type { Counts } from "./test-report.ts";
import { runVitest } from "./vitest-run.ts";

export type StepResult = Counts & { readonly output: string };

export type Step = {
  readonly name: string;
  /** Steps of a phase may run two at once; a phase begins when the one before has ended. */
  readonly phase: 1 | 2 | 3;
  readonly run: () => Promise<StepResult>;
};

const MINUTE_MS = 60_000;
const CHECK_TIMEOUT_MS = 3 * MINUTE_MS;
/** A hang is cut off; on two idle cores both take about half of it, and a whole run stays below 15 minutes. */
const TESTS_TIMEOUT_MS = 7 * MINUTE_MS;
const E2E_TIMEOUT_MS = 9 * MINUTE_MS;

/** The vitest projects that `--only` may name; e2e has a step of its own. */
export const TEST_PROJECTS = ["core", "provider", "server", "web", "shop", "bench", "scripts"];

const CODE_FOLDERS = ["packages", "examples", "e2e", "bench", "scripts"];

/**
 * Every step of `npm test`, in order.
 *
 * @param projects the vitest projects to run; empty: all.
 */
export function listSteps(projects: readonly string[]): readonly Step[] {
  const chosen = projects.length === 0 ? ["!e2e"] : projects;
  return [
    { name: "system-packages", phase: 1, run: findSystemPackages },
    check("format", "biome", ["ci", "--colors=off", "--error-on-warnings", "."]),
    check("types", "tsc", ["--project", "tsconfig.json"]),
    check("types-web", "tsc", ["--project", "packages/web/tsconfig.json"]),
    check("boundaries", "depcruise", ["--config", ".dependency-cruiser.mjs", ...CODE_FOLDERS]),
    check("dead-code", "knip", ["--no-progress"]),
    check("generated", process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/generate.ts", "--check"]),
    check("dashboard", process.execPath, ["scripts/run.mjs", "--prepare"]),
    { name: "tests", phase: 2, run: () => runVitest("tests", chosen, TESTS_TIMEOUT_MS) },
    { name: "e2e", phase: 3, run: () => runVitest("e2e", ["e2e"], E2E_TIMEOUT_MS) },
  ];
}

/** What `npm run check` runs: seconds, and nothing but the sources. */
export const STATIC_STEPS = ["format", "types", "types-web", "boundaries", "dead-code", "generated"];

function check(name: string, command: string, given: readonly string[]): Step {
  return {
    name,
    phase: 1,
    run: async () => {
      const ran = await runCommand(command, given, { timeoutMs: CHECK_TIMEOUT_MS });
      return { passed: ran.isOk ? 1 : 0, failed: ran.isOk ? 0 : 1, skipped: 0, output: ran.output };
    },
  };
}

/** What is missing is named, and counted as skipped. */
async function findSystemPackages(): Promise<StepResult> {
  const { missing, output } = await installSystemPackages();
  Object.assign(process.env, requirements(missing));
  const notes = missing.map(
    (entry) =>
      `${entry.name} is not installed: ${entry.suites} are left out. On Debian: apt-get install ${entry.debianPackage}\n`,
  );
  const isAnythingMissing = missing.length > 0;
  return {
    passed: isAnythingMissing ? 0 : 1,
    failed: 0,
    skipped: missing.length,
    output: isAnythingMissing ? output + notes.join("") : "",
  };
}
