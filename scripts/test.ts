// Everything that `npm test` checks. Its last line is `N passed, N failed, N skipped`.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { listSteps, STATIC_STEPS, type Step, type StepResult, TEST_PROJECTS } from "./steps.ts";
import { addCounts, countsLine } from "./test-report.ts";

const STEPS_AT_ONCE = 2;
const PHASES = [1, 2, 3] as const;

process.chdir(resolve(import.meta.dirname, ".."));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...given],
    options: { only: { type: "string", multiple: true, default: [] }, help: { type: "boolean", default: false } },
  });
  const only = values.only.flatMap((names) => names.split(","));
  const projects = only.filter((name) => TEST_PROJECTS.includes(name));
  const all = listSteps(projects);
  const names = [...all.map((step) => step.name), "static", ...TEST_PROJECTS];
  const unknown = only.filter((name) => !names.includes(name));
  if (values.help || unknown.length > 0) {
    if (unknown.length > 0) console.error(`There is no step called ${unknown.join(", ")}.`);
    console.log(`npm test [-- --only NAME[,NAME …]]\n\nNames: ${names.join(", ")}`);
    return values.help ? 0 : 2;
  }

  const startedMs = performance.now();
  const results = await runPhases(only.length === 0 ? all : all.filter((step) => isChosen(step, only, projects)));
  const counts = addCounts(results);
  console.log(`\n${seconds(performance.now() - startedMs)} in all`);
  console.log(countsLine(counts));
  return counts.failed === 0 ? 0 : 1;
}

/** What the suites need from the system is looked for whenever a suite is chosen. */
function isChosen(step: Step, only: readonly string[], projects: readonly string[]): boolean {
  if (only.includes(step.name)) return true;
  if (only.includes("static") && STATIC_STEPS.includes(step.name)) return true;
  if (step.name === "tests") return projects.length > 0;
  if (step.name === "dashboard") return only.includes("e2e");
  return step.name === "system-packages" && ["tests", "e2e", "server"].some((name) => only.includes(name));
}

async function runPhases(steps: readonly Step[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const phase of PHASES) {
    const waiting = steps.filter((step) => step.phase === phase);
    const worker = async () => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) results.push(await runStep(step));
    };
    await Promise.all(Array.from({ length: STEPS_AT_ONCE }, worker));
  }
  return results;
}

async function runStep(step: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const result = await step.run();
  const mark = result.failed > 0 ? "✗" : result.skipped > 0 && result.passed === 0 ? "–" : "✓";
  console.log(`${mark} ${step.name} (${seconds(performance.now() - startedMs)})`);
  if (mark !== "✓" && result.output !== "") console.log(result.output.trimEnd());
  return result;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
