import { field } from "../api/read-message.ts";
import type { JournalEvent, Rollout, RolloutSeries, Stage } from "../api/types.ts";

export type StageRow = {
  /** 1 for the first. */
  readonly number: number;
  readonly stage: Stage;
  /** Milliseconds since the epoch; `null`: it was not entered. */
  readonly enteredMs: number | null;
  readonly leftMs: number | null;
  /** Of the signal that was furthest from its gate; `null`: not known, or nothing was needed. */
  readonly exposure: number | null;
  readonly needed: number | null;
  /** The smallest rise of the failure rate that would have been caught by the time it was left. */
  readonly caught: number | null;
};

/** What became of each stage of the plan. */
export function stageRows(
  rollout: Rollout,
  events: readonly JournalEvent[],
  series: RolloutSeries | undefined,
): StageRow[] {
  const entered = new Map<number, number>();
  for (const { type, data, at } of events) {
    const stage = field(data, "stage");
    if (type === "rollout.stage-entered" && typeof stage === "number") entered.set(stage + 1, Date.parse(at));
  }
  const endedMs = rollout.endedAt === null ? null : Date.parse(rollout.endedAt);
  return rollout.stages.map((stage, index) => {
    const number = index + 1;
    const enteredMs = entered.get(number) ?? null;
    const last = series?.points.stage.lastIndexOf(number) ?? -1;
    const { exposure, neededExposure, smallestRegressionCaught } = series?.points ?? {};
    return {
      number,
      stage,
      enteredMs,
      leftMs: enteredMs === null ? null : (entered.get(number + 1) ?? endedMs),
      exposure: exposure?.[last] ?? null,
      needed: neededExposure?.[last] ?? null,
      caught: smallestRegressionCaught?.[last] ?? null,
    };
  });
}
