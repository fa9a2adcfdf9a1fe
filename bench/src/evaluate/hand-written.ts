import { murmurHash } from "@steadfast/core/flags/murmur-hash";
import type { WorkloadContext } from "./workload.ts";
import { COUNTRIES, ROLLOUT_FLAG, ROLLOUT_PERCENT, STAFF_DOMAIN, STATIC_FLAG } from "./workload.ts";

type Rule = (context: WorkloadContext) => boolean;

/** What somebody writes who has no flag system: the bound that an evaluator is held against. */
export function makeHandWritten(): (key: string, context: WorkloadContext) => boolean {
  const rules = new Map<string, Rule>([
    [STATIC_FLAG, () => false],
    [
      ROLLOUT_FLAG,
      (context) =>
        (context.email.endsWith(STAFF_DOMAIN) && COUNTRIES.includes(context.country)) ||
        Math.floor((murmurHash(ROLLOUT_FLAG + context.targetingKey) * 100) / 2 ** 32) < ROLLOUT_PERCENT,
    ],
    ["other-0", (context) => context.plan === "pro"],
    ["other-1", (context) => context.targetingKey.startsWith("user-1")],
    ["other-2", (context) => context.country === "DE" || context.email.includes("@")],
    ["other-3", (context) => Math.floor((murmurHash(`other:salt:${context.targetingKey}`) * 100) / 2 ** 32) < 10],
    ["other-4", (context) => context.plan !== "" && ["FR", "DE"].includes(context.country)],
    ["other-5", (context) => context.country !== "NL" && context.plan > "x"],
  ]);
  return (key, context) => rules.get(key)?.(context) ?? false;
}
