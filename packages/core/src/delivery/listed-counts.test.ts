import fc from "fast-check";
import { expect, it } from "vitest";
import { changeFact, commitFact, DAY_MS, deploymentFact, factsOf, HOUR_MS, START_MS } from "./delivery.fixture.ts";
import type { DeliveryFacts } from "./facts.ts";
import { measureDelivery } from "./measure.ts";
import type { MeasuredChange } from "./report.ts";

const WINDOW = { fromMs: START_MS, toMs: START_MS + 365 * DAY_MS };
const WEEK_MS = 7 * DAY_MS;

/** Some commits in a line, of which some are merges of requests, and some are deployed; requests take up to ten days, and some dates run backwards. */
const histories = fc
  .array(
    fc.record({
      isRequest: fc.boolean(),
      isDeployed: fc.boolean(),
      openHours: fc.integer({ min: -5, max: 240 }),
      lines: fc.option(fc.nat(2_000), { nil: null }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((commits): DeliveryFacts => {
    const atMs = (index: number) => START_MS + index * 9 * HOUR_MS;
    const shaOf = (index: number) => `c${index}`;
    return factsOf({
      commits: commits.map(({ lines }, index) =>
        commitFact({
          ...{ sha: shaOf(index), parents: index === 0 ? [] : [shaOf(index - 1)], lines },
          ...{ authoredAtMs: atMs(index) - HOUR_MS, committedAtMs: atMs(index) },
        }),
      ),
      changes: commits.flatMap(({ isRequest, openHours, lines }, index) =>
        isRequest
          ? changeFact({
              ...{ id: `#${index}`, mergeCommit: shaOf(index), mergedAtMs: atMs(index), linesAdded: lines },
              ...{ openedAtMs: atMs(index) - openHours * HOUR_MS },
            })
          : [],
      ),
      deployments: commits.flatMap(({ isDeployed }, index) =>
        isDeployed
          ? deploymentFact({ id: `d${index}`, revision: shaOf(index), finishedAtMs: atMs(index) + HOUR_MS })
          : [],
      ),
    });
  });

const totalOf = ({ stagesMs }: MeasuredChange) => Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0);

// Goal: whoever lists what a figure is made of can say how many there are, and find each of them.
it("counts, for each figure, exactly the changes of the report that it is made of", () => {
  fc.assert(
    fc.property(histories, (facts) => {
      const { deployments, changes, stages, sizes } = measureDelivery(facts, WINDOW);

      for (const { id, changes: count } of deployments)
        expect(count).toBe(changes.filter(({ deploymentId }) => deploymentId === id).length);
      const staged = changes.filter(({ unit, stagesMs }) => unit === stages?.unit && Object.keys(stagesMs).length > 0);
      expect(staged).toHaveLength(stages?.n ?? 0);
      for (const { fromMs, n } of stages?.weeks ?? [])
        expect(staged.filter(({ shippedAtMs: at }) => fromMs <= at && at < fromMs + WEEK_MS)).toHaveLength(n);
      const slowest = staged.filter((change) => totalOf(change) >= (stages?.slowest.leastMs ?? 0));
      expect(slowest).toHaveLength(stages?.slowest.n ?? 0);
      expect(slowest.length).toBeGreaterThanOrEqual(Math.round(staged.length / 10));
      expect(sizes.bins.reduce((sum, { ms }) => sum + ms.n, 0)).toBe(sizes.n);
    }),
  );
});
