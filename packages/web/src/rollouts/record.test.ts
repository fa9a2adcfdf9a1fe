import { describe, expect, it } from "vitest";
import { evidenceLine, failureRates, RATE_WINDOW_TICKS, type RecordPoint, readRecordPoint } from "./record.ts";

const QUIET = { requests: 0, failures: 0 };
const point = (candidate: RecordPoint["candidate"]): RecordPoint => ({ atMs: 0, baseline: QUIET, candidate });

describe("a rollout's record", () => {
  it("reads the counts of the signal's source and nothing else", () => {
    const counts = { spans: { baseline: { requests: 9, failures: 1 }, candidate: { requests: 2, failures: 0 } } };

    expect(readRecordPoint({ atMs: 5, counts }, "spans")).toEqual({ atMs: 5, ...counts.spans });
    expect(readRecordPoint({ atMs: 5, counts }, "observations")).toEqual({
      atMs: 5,
      baseline: QUIET,
      candidate: QUIET,
    });
  });

  it("passes over what is not a tick", () => {
    expect([null, "tick", {}, { atMs: "5" }].map((tick) => readRecordPoint(tick, "spans"))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("draws no rate where nothing was asked, rather than zero", () => {
    expect(failureRates([point(QUIET), point({ requests: 4, failures: 1 })]).candidate).toEqual([null, 25]);
  });

  it("forgets a failure once it has left the window", () => {
    const points = [
      point({ requests: 1, failures: 1 }),
      ...Array.from({ length: RATE_WINDOW_TICKS }, () => point({ requests: 1, failures: 0 })),
    ];

    const rates = failureRates(points).candidate;

    expect(rates[RATE_WINDOW_TICKS - 1]).toBe(100 / RATE_WINDOW_TICKS);
    expect(rates[RATE_WINDOW_TICKS]).toBe(0);
  });

  it("draws the evidence of every judged second, and the newest one once", () => {
    const ticks = [
      { tick: { atMs: 1_000 }, logEvidence: 0 },
      { tick: "not a tick", logEvidence: 9 },
      { tick: { atMs: 2_000 }, logEvidence: 1 },
    ];

    const line = evidenceLine(ticks, { atMs: 3_000, logEvidence: 2 });

    expect(line.map((each) => each.logEvidence)).toEqual([0, 1, 2]);
    expect(evidenceLine(ticks, { atMs: 2_000, logEvidence: 1 })).toHaveLength(2);
  });
});
