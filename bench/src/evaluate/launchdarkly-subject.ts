import { init } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import { promisedSubject, type Subject } from "./subject.ts";
import type { WorkloadContext } from "./workload.ts";
import { COUNTRIES, ROLLOUT_FLAG, ROLLOUT_PERCENT, STAFF_DOMAIN, STATIC_FLAG } from "./workload.ts";

const INIT_TIMEOUT_SECONDS = 10;
const silent = { error() {}, warn() {}, info() {}, debug() {} };

/** The server SDK with its own test data source, no events and no diagnostics: nothing leaves the process. */
export async function launchDarklySubject(
  contexts: readonly WorkloadContext[],
): Promise<{ readonly subject: Subject; readonly close: () => void }> {
  const data = new TestData();
  for (const [key, rules, fallthrough] of FLAGS) await data.usePreconfiguredFlag(flag(key, rules, fallthrough));
  const client = init("sdk-key-of-the-benchmark", {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: silent,
  });
  await client.waitForInitialization({ timeout: INIT_TIMEOUT_SECONDS });
  const users = contexts.map(({ targetingKey, ...attributes }) => ({ kind: "user", key: targetingKey, ...attributes }));
  const subject = promisedSubject("@launchdarkly/node-server-sdk", users, (key, user) =>
    client.boolVariation(key, user, false),
  );
  return { subject, close: () => client.close() };
}

type Rule = readonly (readonly [attribute: string, operator: string, values: readonly string[], isNegated?: boolean])[];

const ON = 0;
const OFF = 1;
/** Weights there are of 100,000. */
const WEIGHT_PER_PERCENT = 1_000;

const onFor = (percent: number) => ({
  rollout: {
    contextKind: "user",
    variations: [
      { variation: ON, weight: percent * WEIGHT_PER_PERCENT },
      { variation: OFF, weight: (100 - percent) * WEIGHT_PER_PERCENT },
    ],
  },
});

function flag(key: string, rules: readonly Rule[], fallthrough: object): object {
  return {
    key,
    version: 1,
    on: true,
    variations: [true, false],
    offVariation: OFF,
    fallthrough,
    salt: key,
    rules: rules.map((clauses, index) => ({
      id: `${key}-${index}`,
      variation: ON,
      clauses: clauses.map(([attribute, op, values, negate = false]) => ({
        contextKind: "user",
        attribute,
        op,
        values,
        negate,
      })),
    })),
  };
}

const off = { variation: OFF };
const staff: Rule = [
  ["email", "endsWith", [STAFF_DOMAIN]],
  ["country", "in", COUNTRIES],
];

const FLAGS: readonly (readonly [key: string, rules: readonly Rule[], fallthrough: object])[] = [
  [STATIC_FLAG, [], off],
  [ROLLOUT_FLAG, [staff], onFor(ROLLOUT_PERCENT)],
  ["other-0", [[["plan", "in", ["pro"]]]], off],
  ["other-1", [[["key", "startsWith", ["user-1"]]]], off],
  ["other-2", [[["country", "in", ["DE"]]]], off],
  ["other-3", [], onFor(10)],
  ["other-4", [[["country", "in", ["FR", "DE"]]]], off],
  ["other-5", [[["country", "in", ["NL"], true]]], off],
];
