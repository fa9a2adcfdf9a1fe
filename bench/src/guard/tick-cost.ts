import type { ArmCounts, ComparedCounts } from "@steadfast/core/guard/counts";
import { judgeTick, startGuard } from "@steadfast/core/guard/judge";
import { cpuMsSince } from "../report/cpu-time.ts";
import { sayNumber } from "../report/say-number.ts";
import { spreadOf } from "../report/spread.ts";
import { errors, latency, planOf } from "./plans.ts";
import { seededRandom } from "./random.ts";
import type { Section } from "./section.ts";
import { armCounts } from "./traffic.ts";

const GROUPS = 20;
const ROLLOUTS = 1_000;
const WARM_UP_SECONDS = 3;
const LIMIT_MS = 150;
const REQUESTS_PER_SECOND = 1_000;

/** The time of one second's judging of 1,000 rollouts with two signals and shadow canaries, traffic made beforehand. */
export function measureTickCost(seconds: number): Section {
  const random = seededRandom(99);
  const behaviour = { failureRate: 0.002, medianMs: 50 };
  const made: ComparedCounts[] = Array.from({ length: 500 }, () => ({
    baseline: withGroups(armCounts(random, 0.9 * REQUESTS_PER_SECOND, behaviour)),
    candidate: withGroups(armCounts(random, 0.1 * REQUESTS_PER_SECOND, behaviour)),
  }));
  const plan = planOf(
    [errors(0.625), latency(0.375)],
    [0.1],
    600,
    armCounts(random, REQUESTS_PER_SECOND, behaviour, 60),
  );
  const states = Array.from({ length: ROLLOUTS }, () => startGuard(plan));
  const times: number[] = [];
  for (let tick = 1; tick <= WARM_UP_SECONDS + seconds; tick += 1) {
    const before = process.cpuUsage();
    for (const [index, state] of states.entries()) {
      const counts = { spans: made[(tick + index) % made.length] ?? { baseline: NOTHING, candidate: NOTHING } };
      const judged = judgeTick(plan, state, {
        tick,
        atMs: tick * 1_000,
        stage: 0,
        stageSinceMs: 0,
        share: 0.1,
        isPaused: false,
        counts,
      });
      states[index] = judged.state;
    }
    if (tick > WARM_UP_SECONDS) times.push(cpuMsSince(before));
  }
  const { median, p5, p95, max } = spreadOf(times);
  const bytes = JSON.stringify(states[0]).length;
  return {
    targets: [
      {
        what: "judging 1,000 rollouts of two signals for one second, on one core",
        limit: `≤ ${LIMIT_MS} ms`,
        measured: `${sayNumber(median)} ms (p95 ${sayNumber(p95)} ms)`,
        isMet: median <= LIMIT_MS,
      },
    ],
    tables: [
      {
        title: `One second's judging of ${sayNumber(ROLLOUTS)} rollouts: errors, latency and 10 shadow canaries each, ${sayNumber(REQUESTS_PER_SECOND)} requests/s each; CPU time over ${seconds} seconds`,
        columns: ["", "p5", "median", "p95", "longest", "state of a rollout as JSON"],
        rows: [["pure", ...[p5, median, p95, max].map((ms) => `${sayNumber(ms)} ms`), `${sayNumber(bytes)} bytes`]],
        note: "What a second costs with the stores around it: the benchmark `judge`.",
      },
    ],
  };
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
