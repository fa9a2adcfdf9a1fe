import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { GuardTick } from "@steadfast/core/guard/decision";

/** What the server's store says was judged. */
export type Judged = {
  readonly ticks: number;
  /** Requests in all ticks, both arms. */
  readonly requests: number;
  /** Requests that are stored and wait for a judge. */
  readonly waiting: number;
  /** Between two ticks of the same rollout, ms, minus the second that they are apart. */
  readonly latestMs: number;
  readonly lateP99Ms: number;
};

/** Reads a data folder whose server has stopped, rollout by rollout. */
export function readJudged(dataDir: string): Judged {
  const database = new DatabaseSync(join(dataDir, "steadfast.sqlite"), { readOnly: true });
  try {
    const rollouts = database.prepare("select distinct rollout_id from rollout_checkpoint").all();
    const ticksOf = database.prepare("select body from rollout_tick where rollout_id = ? order by tick");
    let [ticks, requests] = [0, 0];
    const late: number[] = [];
    for (const { rollout_id } of rollouts) {
      let beforeMs: number | undefined;
      for (const { body } of ticksOf.all(String(rollout_id))) {
        const tick: GuardTick = JSON.parse(String(body));
        ticks += 1;
        const spans = tick.counts.spans;
        requests += (spans?.baseline.requests ?? 0) + (spans?.candidate.requests ?? 0);
        if (beforeMs !== undefined) late.push(Math.max(0, tick.atMs - beforeMs - 1_000));
        beforeMs = tick.atMs;
      }
    }
    let waiting = 0;
    for (const { counts } of database.prepare("select counts from telemetry_arrival").all()) {
      const arrived: { requests: number } = JSON.parse(String(counts));
      waiting += arrived.requests;
    }
    late.sort((a, b) => a - b);
    return {
      ticks,
      requests,
      waiting,
      latestMs: late.at(-1) ?? 0,
      lateP99Ms: late[Math.floor(0.99 * late.length)] ?? 0,
    };
  } finally {
    database.close();
  }
}
