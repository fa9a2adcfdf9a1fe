import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../api/types.ts";
import { seriesOf } from "./charts/series.fixture.ts";
import { rolloutOf } from "./rollout.fixture.ts";
import { stageRows } from "./stage-rows.ts";

const entered = (stage: number, at: string): JournalEvent => ({
  seq: stage + 1,
  id: "evt",
  stream: "rollout/rol_1",
  version: stage + 1,
  type: "rollout.stage-entered",
  data: { stage },
  actor: { kind: "system", id: "guard", name: "the guard" },
  reason: null,
  subject: { kind: "rollout", id: "rol_1", name: "new-checkout", environment: "production" },
  at,
});

describe("what became of each stage", () => {
  it("tells when it was entered and left, what it had seen, and nothing of one that was not reached", () => {
    const stage = { share: 0.1, audience: null, catches: { failureRate: 0.02 }, minSeconds: 60 };
    const rollout = rolloutOf({ stages: [stage, stage, stage], endedAt: "2026-01-01T12:05:00.000Z" });
    const series = seriesOf([1, 2, 3, 4]);
    series.points.stage = [1, 1, 2, 2];
    series.points.exposure = [10, 20, 1, 7];

    const rows = stageRows(
      rollout,
      [entered(0, "2026-01-01T12:00:00.000Z"), entered(1, "2026-01-01T12:03:00.000Z")],
      series,
    );

    expect(
      rows.map(({ exposure, enteredMs, leftMs }) => [exposure, enteredMs && leftMs ? leftMs - enteredMs : null]),
    ).toEqual([
      [20, 180_000],
      [7, 120_000],
      [null, null],
    ]);
  });
});
