import { describe, expect, it } from "vitest";
import type { RolloutSeries } from "../../api/types.ts";
import { joinSeries } from "./join-series.ts";
import { seriesOf } from "./series.fixture.ts";

const named = (series: RolloutSeries) => series.points.fromTick;

describe("joining what is known with what came after", () => {
  it("replaces the open point and adds those after it, in every column", () => {
    const known = seriesOf([1, 6, 11], { stepSeconds: 5 });
    const more = seriesOf([11, 16], { stepSeconds: 5, isWhole: false });

    const joined = joinSeries(known, more, undefined);

    expect(named(joined)).toEqual([1, 6, 11, 16]);
    const lengths = [
      ...Object.values(joined.points),
      ...joined.signals.flatMap(({ logEvidence, bandLow, bandHigh }) => [logEvidence, bandLow, bandHigh]),
      ...joined.arms.flatMap(({ requests, failures, p50, p95, p99 }) => [requests, failures, p50, p95, p99]),
    ].map((column) => column.length);
    expect(new Set(lengths)).toEqual(new Set([4]));
  });

  it("changes nothing when nothing came, and takes a whole answer as it is", () => {
    const known = seriesOf([1, 2, 3]);

    expect(named(joinSeries(known, seriesOf([], { isWhole: false }), undefined))).toEqual([1, 2, 3]);
    expect(named(joinSeries(known, seriesOf([1, 3]), undefined))).toEqual([1, 3]);
  });

  it("lets go of what has left a moving window", () => {
    const joined = joinSeries(seriesOf([1, 2, 3, 4]), seriesOf([5, 6], { isWhole: false }), 4);

    expect(named(joined)).toEqual([3, 4, 5, 6]);
  });
});
