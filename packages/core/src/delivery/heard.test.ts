import { describe, expect, it } from "vitest";
import { DAY_MS, deploymentFact, factsOf, START_MS } from "./delivery.fixture.ts";
import type { SourceFact } from "./facts.ts";
import { measureDelivery } from "./measure.ts";

const DAYS = 120;
const WINDOW = { fromMs: START_MS, toMs: START_MS + DAYS * DAY_MS };

/** One deployment a day, from one day to another. */
const daily = (fromDay: number, toDay: number) =>
  Array.from({ length: toDay - fromDay }, (_, index) =>
    deploymentFact({ id: `d${fromDay + index}`, finishedAtMs: START_MS + (fromDay + index + 0.5) * DAY_MS }),
  );
const heard = (firstDay: number, lastDay: number): SourceFact => ({
  ...{ name: "github", tells: ["deployments"] },
  ...{ firstHeardAtMs: START_MS + firstDay * DAY_MS, lastHeardAtMs: START_MS + lastDay * DAY_MS },
});
const frequencyOf = (deployments: ReturnType<typeof daily>, source: SourceFact) => {
  const { frequency, trend, silentSources } = measureDelivery(factsOf({ deployments, sources: [source] }), WINDOW);
  return { ...frequency, finding: trend.find(({ measure }) => measure === "frequency")?.finding, silentSources };
};

describe("how often, where a source is silent", () => {
  // Goal: a webhook that was switched off must never read as a team that got slower.
  it("is of the time that is known: a source that stopped is named, and nothing fell", () => {
    const stopped = frequencyOf(daily(0, 60), heard(0, 60));

    expect(stopped.silentSources).toMatchObject([{ name: "github" }]);
    expect(stopped.perWeek).toBeCloseTo(7, 1);
    expect(stopped.finding).toBe("no-detectable-change");
  });

  it("does fall where the source goes on to tell of other things", () => {
    const calm = frequencyOf(daily(0, 60), heard(0, DAYS));

    expect(calm.silentSources).toEqual([]);
    expect(calm.perWeek).toBeCloseTo(3.5, 1);
    expect(calm.finding).toBe("change");
  });

  it("is not of the months before anybody told", () => {
    const young = frequencyOf(daily(100, DAYS), heard(100, DAYS));

    expect(young.perWeek).toBeCloseTo(7, 1);
    expect(young.knownMs).toBeCloseTo(20 * DAY_MS, -6);
  });

  it("is also of what a source that was connected today told of the past", () => {
    const imported = frequencyOf(daily(0, DAYS), heard(DAYS - 0.01, DAYS));

    expect(imported.perWeek).toBeCloseTo(7, 1);
    expect(imported.finding).toBe("no-detectable-change");
  });

  it("is of the whole window where who asks vouches for it", () => {
    const facts = factsOf({ deployments: daily(0, 60), sources: [heard(0, 60)] });

    const { frequency } = measureDelivery(facts, { ...WINDOW, isWindowKnown: true });

    expect(frequency).toMatchObject({ perWeek: 3.5, knownMs: DAYS * DAY_MS });
  });

  it("makes no pace of an hour: at least a week is known, or the whole window", () => {
    const first = frequencyOf(daily(DAYS - 1, DAYS), heard(DAYS - 0.5, DAYS));

    expect(first.perWeek).toBe(1);
  });
});
