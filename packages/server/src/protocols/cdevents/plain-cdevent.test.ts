import fc from "fast-check";
import { expect, it } from "vitest";
import { cdevent } from "./cdevent-schema.ts";
import { parseCDEvent } from "./parse-cdevent.ts";
import { isPlainCDEvent } from "./plain-cdevent.ts";

const SHA = "a".repeat(40);
const TIME = "2026-11-20T12:00:00.5+02:00";

/** Of each field what is right, what is nearly right, and nonsense. */
const field = (...right: readonly unknown[]) =>
  fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...right) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", null, 0, -1, 1.5, 2 ** 60, true, [], {}, [""], "x".repeat(501), `${SHA}0`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("2026-02-30T00:00:00Z", "2026-11-20", "2026-11-20T24:00:00Z", "\u{1f600}"),
    },
    { weight: 1, arbitrary: fc.jsonValue() },
  );

const id = field("x", "x".repeat(500), "/acme/shop");
const text = field("", "Words");
const ids = field(
  [],
  ["x"],
  Array.from({ length: 1_000 }, () => "x"),
);
const reference = fc.oneof(fc.record({ id, name: text }, { requiredKeys: [] }), field({}));
const some: { requiredKeys: [] } = { requiredKeys: [] };

const content = fc.record(
  {
    ...{ description: text, title: text, pipelineName: text, uri: text, outcome: text },
    ...{ repository: reference, environment: reference, service: reference, testCase: reference, more: fc.jsonValue() },
  },
  some,
);
const customData = fc.record(
  {
    ...{ service: id, repository: id, deploymentId: id, rollsBack: id, remediates: ids, causedBy: ids },
    ...{ revision: field(SHA, "b".repeat(64)), previousRevision: field(SHA), mergeCommit: field(SHA) },
    ...{ commits: field([], [SHA]), number: field(0, -7, 12), linesAdded: field(0, 9), linesRemoved: field(0, 9) },
    ...{ isPlanned: field(true, false), isAuthorBot: field(false), author: field("maya", "x".repeat(200)) },
    ...{ reviewer: field("jonas"), verdict: field("approved", "commented"), firstCommitAt: field(TIME) },
    ...{ durationMs: field(0, 0.5, 12), more: fc.jsonValue() },
  },
  some,
);
const event = fc.record({
  context: fc.record({ id, source: text, type: text, timestamp: field(TIME, "2026-11-20T12:00:00Z") }),
  subject: fc.oneof(fc.record({ id, content }), fc.record({ id })),
  customData: fc.oneof({ weight: 5, arbitrary: customData }, field({}, "text", [1])),
});

// Goal: an event is taken or refused, and understood, as the schema alone would.
it("takes by hand only what the schema takes, and reads the same out of it", () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: event }, fc.jsonValue()), (body) => {
      if (!isPlainCDEvent(body)) return;
      taken += 1;
      const parsed = cdevent.safeParse(body);

      expect(parsed.success).toBe(true);
      expect(parseCDEvent(body)).toMatchObject(parsed.data ?? {});
    }),
    { numRuns: 2_000 },
  );

  expect(taken).toBeGreaterThan(20);
});

it("takes what is well formed without the schema", () => {
  const context = {
    version: "0.4.1",
    id: "1",
    source: "/acme",
    type: "dev.cdevents.change.merged.0.2.0",
    timestamp: TIME,
  };
  const well = { context, subject: { id: "7", content: { title: "One page" } }, customData: { mergeCommit: SHA } };

  expect(isPlainCDEvent(well)).toBe(true);
  expect(isPlainCDEvent({ context, subject: { id: "7" } })).toBe(true);
  expect(isPlainCDEvent({ ...well, customData: { mergeCommit: "main" } })).toBe(false);
});
