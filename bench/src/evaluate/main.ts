import { parseArgs } from "node:util";
import { FlagdCore } from "@openfeature/flagd-core";
import { compileFlagSet } from "@steadfast/core/flags/compile";
import { makeHandWritten } from "./hand-written.ts";
import type { Subject } from "./measure.ts";
import { measureInterleaved } from "./measure.ts";
import { CONTEXT_COUNT, makeContexts, makeDocument, otherKeys, ROLLOUT_FLAG, STATIC_FLAG } from "./workload.ts";

const ROUNDS = 41;
const QUICK_ROUNDS = 9;
const CLOSURE = "hand-written closure through a Map";
const OURS = "steadfast";
const FLAGD_CORE = "@openfeature/flagd-core";

/** Nanoseconds an evaluation: a closure somebody wrote, ours and flagd's official evaluator, in turn in one run. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: "boolean", default: false } } });
  const subjects = makeSubjects();
  const contexts = makeContexts();
  checkAgreement(subjects);

  const rounds = values.quick ? QUICK_ROUNDS : ROUNDS;
  const statics = measureInterleaved(subjects, STATIC_FLAG, contexts, otherKeys(), rounds);
  const rollouts = measureInterleaved(subjects, ROLLOUT_FLAG, contexts, otherKeys(), rounds);

  console.log(
    `Evaluation, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}`,
  );
  console.log(
    `median of ${rounds} interleaved rounds; the rule: email ends with and country in, else 25 % by targeting key;`,
  );
  console.log(`${CONTEXT_COUNT} contexts, half of them matching, other flags with other rules in the same set\n`);
  console.log(`${"".padEnd(36)}${"static flag".padStart(22)}${"rule + 25 % rollout".padStart(26)}`);
  for (const { name } of subjects) console.log(row(name, statics, rollouts));
  console.log(`\n${targetsMet(statics, rollouts)}`);
}

function makeSubjects(): readonly Subject[] {
  const flagSet = compileFlagSet(makeDocument());
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(makeDocument()));
  const closure = makeHandWritten();
  return [
    { name: CLOSURE, isOn: closure },
    { name: OURS, isOn: (key, context) => flagSet.evaluate(key, context).value === true },
    {
      name: FLAGD_CORE,
      isOn: (key, context) => core.resolveBooleanEvaluation(key, false, context, silent).value,
    },
  ];
}

/** What is fast and wrong must not be measured. */
function checkAgreement(subjects: readonly Subject[]): void {
  for (const key of [STATIC_FLAG, ROLLOUT_FLAG]) {
    for (const context of makeContexts()) {
      const answers = subjects.map(({ isOn }) => isOn(key, context));
      if (new Set(answers).size > 1) throw new Error(`${key} is answered differently for ${JSON.stringify(context)}`);
    }
  }
}

function row(name: string, ...columns: readonly ReadonlyMap<string, number>[]): string {
  const cells = columns.map((column) => {
    const [ns, closureNs] = [column.get(name) ?? Number.NaN, column.get(CLOSURE) ?? Number.NaN];
    return `${ns.toFixed(1).padStart(10)} ns ${(ns / closureNs).toFixed(2).padStart(6)} ×`;
  });
  return `${name.padEnd(36)}${cells.map((cell) => cell.padStart(24)).join("")}`;
}

function targetsMet(statics: ReadonlyMap<string, number>, rollouts: ReadonlyMap<string, number>): string {
  const ratio = (column: ReadonlyMap<string, number>, name: string) =>
    (column.get(name) ?? 0) / (column.get(OURS) ?? 1);
  const targets: readonly (readonly [string, boolean])[] = [
    ["static ≤ 1.5 × the closure", 1 / ratio(statics, CLOSURE) <= 1.5],
    ["rollout ≤ 1.0 × the closure", 1 / ratio(rollouts, CLOSURE) <= 1],
    [
      `≥ 10 × faster than flagd-core (${ratio(statics, FLAGD_CORE).toFixed(0)} and ${ratio(rollouts, FLAGD_CORE).toFixed(0)} ×)`,
      Math.min(ratio(statics, FLAGD_CORE), ratio(rollouts, FLAGD_CORE)) >= 10,
    ],
  ];
  return targets.map(([target, isMet]) => `${isMet ? "met   " : "missed"}  ${target}`).join("\n");
}
