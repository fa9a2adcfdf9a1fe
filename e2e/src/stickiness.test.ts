import { FlagdCore } from "@openfeature/flagd-core";
import { SteadfastClient } from "@steadfast/openfeature-provider/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSnapshot } from "./api.ts";
import { eventually } from "./eventually.ts";
import { createFlag, LONG_STAGES, startRollout } from "./guarded-rollout.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const KEYS = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** Whom flagd's own evaluator gives the candidate, by the snapshot as it is published now. */
async function candidatesByFlagd(flag: string): Promise<Set<string>> {
  const core = new FlagdCore(undefined, QUIET);
  core.setConfigurations(JSON.stringify(await readSnapshot(server.api)));
  const isOn = (targetingKey: string) => {
    const { value, variant } = core.resolveBooleanEvaluation(flag, false, { targetingKey }, QUIET);
    expect(variant).toBe(value ? "on" : "off");
    return value;
  };
  return new Set(KEYS.filter(isOn));
}

describe("people in the candidate", () => {
  it("stay in it as the share grows from 1 to 10 to 50 to 100 %, for flagd's evaluator and for ours", async () => {
    await createFlag(server.api, "sticky");
    const client = new SteadfastClient({ url: server.url, token: server.adminToken, observe: false });
    await client.ready();
    const { id } = await startRollout(server.api, "sticky", { stages: LONG_STAGES });
    const steps: Set<string>[] = [];

    for (const share of [0.01, 0.1, 0.5, 1]) {
      const { version } = (await readSnapshot(server.api)).metadata;
      const byFlagd = await candidatesByFlagd("sticky");
      await eventually("our client to have the same snapshot", () =>
        String(client.status().version) === version ? true : undefined,
      );
      const byUs = KEYS.filter((targetingKey) => client.resolve("sticky", { targetingKey }).variant === "on");

      expect(byUs).toEqual([...byFlagd]);
      // Six standard deviations of a binomial share.
      const spread = 6 * Math.sqrt(KEYS.length * share * (1 - share));
      expect(Math.abs(byFlagd.size - KEYS.length * share)).toBeLessThanOrEqual(spread);
      steps.push(byFlagd);
      if (share < 1) await server.api.post(`/api/v1/rollouts/${id}/advance`, { reason: "the share must grow" });
    }
    await client.close();

    for (const [index, before] of steps.entries()) {
      const after = steps[index + 1] ?? before;
      expect([...before].filter((key) => !after.has(key))).toEqual([]);
    }
    expect(steps[0]?.size).toBeGreaterThan(0);
  });
});
