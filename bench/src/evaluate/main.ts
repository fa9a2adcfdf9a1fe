import { FlagdCore } from "@openfeature/flagd-core";
import { compileFlagSet } from "@steadfast/core/flags/compile";
import type { Benchmark, BenchOptions, Findings, Table, Target } from "../report/bench-result.ts";
import { sayNumber, sayRatio } from "../report/say-number.ts";
import { ratioSpread, type Spread, spreadOf } from "../report/spread.ts";
import { checkAgreement } from "./agreement.ts";
import { growthBookSubject } from "./growthbook-subject.ts";
import { makeHandWritten } from "./hand-written.ts";
import { launchDarklySubject } from "./launchdarkly-subject.ts";
import { measureInterleaved, type Rounds } from "./measure.ts";
import { immediateSubject, type Subject } from "./subject.ts";
import { unleashSubject } from "./unleash-subject.ts";
import type { WorkloadContext } from "./workload.ts";
import { isStaff, makeContexts, makeDocument, otherKeys, ROLLOUT_FLAG, STATIC_FLAG } from "./workload.ts";

const ROUNDS = 101;
const QUICK_ROUNDS = 31;
const CLOSURE = "hand-written closure";
const OURS = "steadfast";
const FLAGD_CORE = "@openfeature/flagd-core";

/** Nanoseconds an evaluation: a closure somebody wrote, ours, and the evaluators of others, in turn in one run. */
export const benchmark: Benchmark = {
  packages: [FLAGD_CORE, "@growthbook/growthbook", "unleash-client", "@launchdarkly/node-server-sdk"],
  run,
};

async function run({ isQuick }: BenchOptions): Promise<Findings> {
  const contexts = makeContexts();
  const { subject: launchDarkly, close } = await launchDarklySubject(contexts);
  const subjects = [
    ...ownSubjects(contexts),
    growthBookSubject(contexts),
    await unleashSubject(contexts),
    launchDarkly,
  ];
  await checkAgreement(subjects, isStaff);
  const rounds = isQuick ? QUICK_ROUNDS : ROUNDS;
  const statics = await measureInterleaved(subjects, STATIC_FLAG, otherKeys(), rounds);
  const rollouts = await measureInterleaved(subjects, ROLLOUT_FLAG, otherKeys(), rounds);
  close();

  const names = subjects.map(({ name }) => name);
  return {
    title: "Evaluating a flag",
    method: [
      `CPU time, median of ${rounds} interleaved rounds, each subject in a changing place; ratios are of the same round.`,
      "The rule: the email ends with a domain and the country is one of three, else 25 % by the targeting key; 1,024 contexts, half of them matching; seven other flags with other rules are in the set.",
      "Before it is measured, everybody's answers are compared: the same ones where the hash is the same, else the same rule and share.",
    ],
    targets: targets(statics, rollouts),
    tables: [table(names, statics, rollouts)],
    charts: [chart("A static flag", names, statics), chart("A rule and a 25 % rollout", names, rollouts)],
    notes: NOTES,
  };
}

const NOTES = [
  "Contexts are made beforehand in the form that each API takes; what an SDK sends home (events, metrics) is switched off in all of them.",
  "The closure returns a boolean; the others, ours among them, also answer with variant and reason where their API does.",
  "flagd-core: its official evaluator for JavaScript, `resolveBooleanEvaluation`. It shares our flag format.",
  "GrowthBook: the multi-user client with a payload in memory. It has no operator for the end of a text, so the rule is a regular expression, as its documentation has it.",
  "Unleash: toggles in memory in the place of its repository; the static flag is a disabled toggle.",
  "LaunchDarkly: its own test data source. Its API answers with a promise, so each evaluation is awaited, as its users do.",
];

function ownSubjects(contexts: readonly WorkloadContext[]): readonly Subject[] {
  const flagSet = compileFlagSet(makeDocument());
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(makeDocument()));
  return [
    immediateSubject(CLOSURE, true, contexts, makeHandWritten()),
    immediateSubject(OURS, true, contexts, (key, context) => flagSet.evaluate(key, context).value === true),
    immediateSubject(
      FLAGD_CORE,
      true,
      contexts,
      (key, context) => core.resolveBooleanEvaluation(key, false, context, silent).value,
    ),
  ];
}

function targets(statics: Rounds, rollouts: Rounds): Target[] {
  const staticRatio = ratio(statics, OURS, CLOSURE);
  const rolloutRatio = ratio(rollouts, OURS, CLOSURE);
  const flagd = [ratio(statics, FLAGD_CORE, OURS), ratio(rollouts, FLAGD_CORE, OURS)] as const;
  const closure = [ratio(statics, FLAGD_CORE, CLOSURE), ratio(rollouts, FLAGD_CORE, CLOSURE)] as const;
  return [
    {
      what: "static flag, of the closure's time",
      limit: "≤ 1.5 ×",
      measured: sayRange(staticRatio),
      isMet: staticRatio.median <= 1.5,
    },
    {
      what: "rule and rollout, of the closure's time",
      limit: "≤ 1 ×",
      measured: sayRange(rolloutRatio),
      isMet: rolloutRatio.median <= 1,
    },
    {
      what: "faster than flagd-core, static and rollout",
      limit: "≥ 10 ×",
      measured: `${sayRatio(flagd[0].median)} and ${sayRatio(flagd[1].median)}`,
      isMet: Math.min(flagd[0].median, flagd[1].median) >= 10,
      reason: `The closure itself is only ${sayRatio(closure[0].median)} and ${sayRatio(closure[1].median)} faster than flagd-core on this Node: ten times would be ${sayRatio(closure[0].median / 10)} and ${sayRatio(closure[1].median / 10)} of the time of code without any flag system.`,
    },
  ];
}

function table(names: readonly string[], statics: Rounds, rollouts: Rounds): Table {
  return {
    title: "Nanoseconds an evaluation: median, 5th and 95th percentile of the rounds, and how often the closure's time",
    columns: ["", "static", "p5–p95", "× closure", "rule + rollout", "p5–p95", "× closure"],
    rows: names.map((name) => [name, ...cells(statics, name), ...cells(rollouts, name)]),
  };
}

function cells(rounds: Rounds, name: string): string[] {
  const { median, p5, p95 } = spreadOf(rounds.get(name) ?? []);
  return [sayNumber(median), `${sayNumber(p5)}–${sayNumber(p95)}`, sayRatio(ratio(rounds, name, CLOSURE).median)];
}

function chart(title: string, names: readonly string[], rounds: Rounds): Findings["charts"][number] {
  return {
    title: `${title}, nanoseconds an evaluation`,
    unit: "ns",
    isLogarithmic: true,
    bars: names.map((name) => ({
      name,
      value: Number(spreadOf(rounds.get(name) ?? []).median.toPrecision(3)),
      isOurs: name === OURS,
    })),
  };
}

function ratio(rounds: Rounds, name: string, to: string): Spread {
  return ratioSpread(rounds.get(name) ?? [], rounds.get(to) ?? []);
}

function sayRange({ median, p5, p95 }: Spread): string {
  return `${sayRatio(median)} (${p5.toFixed(2)}–${p95.toFixed(2)})`;
}
