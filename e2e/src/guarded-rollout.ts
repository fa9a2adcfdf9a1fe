import type { Api, Rollout, RolloutStateName, StartRollout } from "./api.ts";
import { eventually } from "./eventually.ts";

/** 1 → 10 → 50 → 100 %, each passed within a few seconds at 1,500 requests a second: promises are coarse on purpose. */
export const SHORT_STAGES = [
  { share: 0.01, catches: { failureRate: 0.5 }, minSeconds: 2 },
  { share: 0.1, catches: { failureRate: 0.2 }, minSeconds: 1 },
  { share: 0.5, catches: { failureRate: 0.1 }, minSeconds: 1 },
  { share: 1, minSeconds: 0 },
];

/** Stages that nothing passes by itself while a test looks on. */
export const LONG_STAGES = [
  { share: 0.01, catches: { failureRate: 0.5 }, minSeconds: 3_600 },
  { share: 0.1, catches: { failureRate: 0.2 }, minSeconds: 3_600 },
  { share: 0.5, catches: { failureRate: 0.1 }, minSeconds: 3_600 },
  { share: 1, minSeconds: 3_600 },
];

/** Errors alone: the latency signal needs more requests than a short test has. */
export function errorGuard(source: "spans" | "observations" = "spans") {
  return { signals: [{ name: "errors", kind: "failure-rate" as const, source }] };
}

export async function createFlag(api: Api, key: string, service = ""): Promise<void> {
  await api.post("/api/v1/flags", { key, service, owner: "journeys" });
}

/** Starts a rollout of `on` with `SHORT_STAGES` and `errorGuard`, unless told otherwise. */
export async function startRollout(
  api: Api,
  flag: string,
  more: Partial<Omit<StartRollout, "flag" | "kind">> = {},
): Promise<Rollout> {
  return api.post("/api/v1/rollouts", rolloutBody(flag, more));
}

export function rolloutBody(flag: string, more: Partial<Omit<StartRollout, "flag" | "kind">> = {}): object {
  return {
    kind: "flag",
    environment: "production",
    flag,
    candidate: "on",
    reason: "a journey",
    stages: SHORT_STAGES,
    guard: errorGuard(),
    ...more,
  };
}

export async function readRollout(api: Api, id: string): Promise<Rollout> {
  return api.get(`/api/v1/rollouts/${id}`);
}

const FINAL_STATES: ReadonlySet<RolloutStateName> = new Set(["rolled-back", "stopped"]);

/** A rollout when it is in a state. @throws at once when it ended in another one, with the reason */
export async function untilState(api: Api, id: string, state: RolloutStateName, deadlineMs?: number): Promise<Rollout> {
  const rollout = await eventually(
    `rollout ${id} to be ${state}`,
    async () => {
      const now = await readRollout(api, id);
      return now.state === state || FINAL_STATES.has(now.state) ? now : undefined;
    },
    deadlineMs,
  );
  if (rollout.state !== state) throw new Error(`rollout ${id} is ${rollout.state}: ${rollout.endReason}`);
  return rollout;
}

/** A rollout once the guard has judged it, at that share or above. */
export async function untilJudged(api: Api, id: string, share = 0): Promise<Rollout> {
  return eventually(`rollout ${id} to be judged at ${share}`, async () => {
    const rollout = await readRollout(api, id);
    return rollout.decision !== null && rollout.share >= share ? rollout : undefined;
  });
}
