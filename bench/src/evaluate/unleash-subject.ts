import { EventEmitter } from "node:events";
import { Unleash } from "unleash-client";
import { immediateSubject, type Subject } from "./subject.ts";
import type { WorkloadContext } from "./workload.ts";
import { COUNTRIES, ROLLOUT_FLAG, ROLLOUT_PERCENT, STAFF_DOMAIN, STATIC_FLAG } from "./workload.ts";

type Repository = NonNullable<ConstructorParameters<typeof Unleash>[0]["repository"]>;
type Feature = ReturnType<Repository["getToggles"]>[number];

/** Toggles in memory, in the place of the SDK's own repository, which would ask a server. */
class MemoryRepository extends EventEmitter implements Repository {
  readonly #features: ReadonlyMap<string, Feature>;

  constructor(features: readonly Feature[]) {
    super();
    this.#features = new Map(features.map((feature) => [feature.name, feature]));
  }

  getToggle(name: string): Feature | undefined {
    return this.#features.get(name);
  }

  getToggles(): Feature[] {
    return [...this.#features.values()];
  }

  getTogglesWithSegmentData(): [] {
    return [];
  }

  getSegment(): undefined {
    return undefined;
  }

  stop(): void {}

  async start(): Promise<void> {
    this.emit("ready");
  }
}

/** The SDK with toggles in memory, and its counting of calls switched off. */
export async function unleashSubject(contexts: readonly WorkloadContext[]): Promise<Subject> {
  // As they come from a server: JSON.
  const features: Feature[] = JSON.parse(JSON.stringify(FEATURES));
  const unleash = new Unleash({
    appName: "bench",
    url: "http://127.0.0.1:1/",
    disableMetrics: true,
    disableAutoStart: true,
    repository: new MemoryRepository(features),
  });
  await unleash.start();
  const users = contexts.map(({ targetingKey, email, country, plan }) => ({
    userId: targetingKey,
    properties: { email, country, plan },
  }));
  return immediateSubject("unleash-client", false, users, (key, user) => unleash.isEnabled(key, user));
}

const constraint = (contextName: string, operator: string, values: readonly string[]) => ({
  contextName,
  operator,
  inverted: false,
  values,
});
const ruled = (name: string, ...constraints: readonly object[]) => ({
  name,
  enabled: true,
  strategies: [{ name: "default", parameters: {}, constraints }],
});
const gradual = (groupId: string, rollout: number) => ({
  name: "flexibleRollout",
  parameters: { rollout, stickiness: "userId", groupId },
  constraints: [],
});

const STAFF = [constraint("email", "STR_ENDS_WITH", [STAFF_DOMAIN]), constraint("country", "IN", COUNTRIES)];

const FEATURES = [
  { name: STATIC_FLAG, enabled: false, strategies: [] },
  {
    name: ROLLOUT_FLAG,
    enabled: true,
    strategies: [{ name: "default", parameters: {}, constraints: STAFF }, gradual(ROLLOUT_FLAG, ROLLOUT_PERCENT)],
  },
  ruled("other-0", constraint("plan", "IN", ["pro"])),
  ruled("other-1", constraint("userId", "STR_STARTS_WITH", ["user-1"])),
  ruled("other-2", constraint("country", "IN", ["DE"])),
  { name: "other-3", enabled: true, strategies: [gradual("other-3", 10)] },
  ruled("other-4", constraint("country", "IN", ["FR", "DE"])),
  ruled("other-5", constraint("country", "NOT_IN", ["NL"])),
];
