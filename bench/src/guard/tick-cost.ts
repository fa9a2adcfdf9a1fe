import type { ArmCounts, ComparedCounts } from "@steadfast/core/guard/counts";
import { judgeTick, startGuard } from "@steadfast/core/guard/judge";
import { errors, latency, planOf } from "./plans.ts";
import { seededRandom } from "./random.ts";
import { armCounts } from "./traffic.ts";

const GROUPS = 20;
const WARM_UP_TICKS = 3_000;
/** 1,000 rollouts of two signals in 150 ms. */
const LIMIT_MICROSECONDS = 150;

/** Prints the time of one judgeTick with two signals and shadow canaries, traffic made beforehand. */
export function measureTickCost(ticks: number): void {
  const random = seededRandom(99);
  const behaviour = { failureRate: 0.002, medianMs: 50 };
  const made: ComparedCounts[] = Array.from({ length: 500 }, () => ({
    baseline: withGroups(armCounts(random, 900, behaviour)),
    candidate: withGroups(armCounts(random, 100, behaviour)),
  }));
  const plan = planOf([errors(0.625), latency(0.375)], [0.1], 600, armCounts(random, 1_000, behaviour, 60));
  let state = startGuard(plan);
  const times: number[] = [];
  for (let tick = 1; tick <= WARM_UP_TICKS + ticks; tick += 1) {
    const counts = { spans: made[tick % made.length] ?? { baseline: NOTHING, candidate: NOTHING } };
    const started = performance.now();
    const judged = judgeTick(plan, state, {
      tick,
      atMs: tick * 1_000,
      stage: 0,
      stageSinceMs: 0,
      share: 0.1,
      isPaused: false,
      counts,
    });
    if (tick > WARM_UP_TICKS) times.push((performance.now() - started) * 1_000);
    state = judged.state;
  }
  times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const p99 = times[Math.floor(0.99 * times.length)] ?? 0;
  const bytes = JSON.stringify(state).length;
  console.log("\nOne judgeTick: errors, latency and 10 shadow canaries at 1,000 requests per second");
  console.log(
    `  mean ${mean.toFixed(1)} µs, p99 ${p99.toFixed(1)} µs, limit ${LIMIT_MICROSECONDS} µs ` +
      `(${(mean / LIMIT_MICROSECONDS).toFixed(2)} of it); state ${bytes.toLocaleString("en-US")} bytes as JSON`,
  );
}

const NOTHING: ArmCounts = { requests: 0, failures: 0 };

function withGroups(arm: ArmCounts): ArmCounts {
  const requests = new Array<number>(GROUPS).fill(Math.floor(arm.requests / GROUPS));
  const failures = new Array<number>(GROUPS).fill(0);
  for (let failure = 0; failure < arm.failures; failure += 1) {
    const group = (failure * 7 + arm.requests) % GROUPS;
    failures[group] = (failures[group] ?? 0) + 1;
  }
  return { ...arm, groups: { requests, failures } };
}
