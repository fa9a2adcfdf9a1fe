import { describe, expect, it } from "vitest";
import { rolloutOf } from "../rollout.fixture.ts";
import {
  bandSpec,
  evidenceSpec,
  exposureSpec,
  failureRateSpec,
  latencySpec,
  type Shared,
  slidingRate,
  timesOf,
} from "./chart-specs.ts";
import { readChartView } from "./chart-view.ts";
import { seriesOf } from "./series.fixture.ts";

const shared = (series = seriesOf([1, 2, 3])): Shared => ({
  rollout: rolloutOf({}),
  series,
  times: timesOf(series),
  marks: [],
  span: undefined,
});

describe("a rollout's charts", () => {
  it("draws no rate where nothing was asked, rather than zero, and forgets a failure that has left the window", () => {
    expect(slidingRate([0, 4], [0, 1], 10)).toEqual([null, 25]);
    expect(slidingRate([1, 1, 1], [1, 0, 0], 2)).toEqual([100, 50, 0]);
  });

  it("keeps evidence on its axis, however strong, and splits it by the signals' weights", () => {
    const series = seriesOf([1, 2]);
    series.points.logEvidence = [-300, 900];

    const { lines, range } = evidenceSpec(shared(series));

    const all = lines.at(-1)?.values ?? [];
    const [low, high] = range(0, Math.max(...all.map(Number)));
    expect(all.every((value) => Number(value) >= low && Number(value) < high)).toBe(true);
    expect(lines[0]?.values[0]).toBeCloseTo(0.6 * Math.exp(-0.4));
  });

  it("says in words what the band says in shape", () => {
    const series = seriesOf([1]);
    series.signals[0]?.bandLow.fill(1.4);

    expect(bandSpec(shared(series))?.description).toContain("The candidate fails more often.");
    expect(bandSpec(shared())?.description).toContain("They may be the same.");
  });

  it("tells the arms apart by dashes and names, not by colour alone", () => {
    const { lines } = failureRateSpec(shared());

    expect(lines.map(({ label, look = "solid" }) => [label, look])).toEqual([
      ["off (baseline)", "dashed"],
      ["on (candidate)", "solid"],
    ]);
    expect(latencySpec(shared(), "all")?.lines).toHaveLength(6);
  });

  it("draws no line from the end of a stage down to the beginning of the next", () => {
    const series = seriesOf([1, 2, 3]);
    series.points.stage = [1, 2, 2];
    series.points.exposure = [900, 5, 10];

    expect(exposureSpec(shared(series)).lines[1]?.values).toEqual([900, null, 10]);
  });

  it("goes forward in time even where a clock was set back", () => {
    const series = seriesOf([1, 2, 3]);
    series.points.at[1] = "2020-01-01T00:00:00.000Z";

    const times = timesOf(series);

    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
  });
});

describe("what the address says of the charts", () => {
  it("is taken where it makes sense, and left out where it does not", () => {
    expect(readChartView({ from: 100, to: 200, percentile: "p99" })).toEqual({ from: 100, to: 200, percentile: "p99" });
    expect(readChartView({ from: 200, to: 100, last: -1, percentile: "p12" })).toEqual({});
    expect(readChartView({ from: "yesterday", last: 900 })).toEqual({ last: 900 });
  });
});
