import { describe, expect, it } from "vitest";
import { CountedArms } from "./counted-arms.ts";
import { DROPS_TOLD_MAX, DropTally } from "./drop-tally.ts";
import { ServiceTally } from "./service-tally.ts";
import { SpanBatch } from "./span-batch.ts";

function open(tokenEnvironment: string | null) {
  const arms = new CountedArms();
  const drops = new DropTally();
  let counted = 0;
  const batch = new SpanBatch({
    arms,
    drops,
    services: new ServiceTally(),
    nowMs: 0,
    tokenEnvironment,
    onCounted: () => {
      counted += 1;
    },
    flags: {
      environments: () => new Set(["production", "staging"]),
      find: (_, flag) =>
        flag === "checkout" || flag === "free"
          ? { service: flag === "free" ? "" : "shop", variants: new Set(["on", "off"]) }
          : undefined,
    },
  });
  const counts = () => [...arms.all()].map((arm) => [arm.environment, arm.flag, arm.variant, arm.now.take()?.requests]);
  return { batch, drops, counts, counted: () => counted };
}

describe("the environment of spans", () => {
  it.each([
    ["production", undefined, "production"],
    ["production", "production", "production"],
    ["production", "prod", "production"],
    [null, "staging", "staging"],
  ])("with a token of %s and the attribute %s is %s", (token, attribute, environment) => {
    const { batch, counts, counted } = open(token);

    batch.resource("shop", attribute);

    expect(batch.evaluation("checkout", "on", false, 5, 3, Number.NaN)).toBe(true);
    expect(counts()).toEqual([[environment, "checkout", "on", 1]]);
    expect(counted()).toBe(1);
    expect(batch.message()).toBe("");
  });

  it.each([
    ["production", "staging", "environment-mismatch"],
    [null, undefined, "environment-unknown"],
    [null, "prod", "environment-unknown"],
  ])("with a token of %s and the attribute %s is refused: %s", (token, attribute, reason) => {
    const { batch, drops, counts } = open(token);

    batch.resource("shop", attribute);

    expect(batch.evaluation("checkout", "on", false, 5, 3, Number.NaN)).toBe(false);
    expect(counts()).toEqual([]);
    expect(batch.message()).toContain(reason);
    expect(drops.list("production", 0)).toMatchObject([{ reason, count: 1 }]);
  });

  it("is settled for each resource of a request", () => {
    const { batch, counts } = open(null);

    batch.resource("shop", "production");
    batch.evaluation("checkout", "on", false, 5, 3, Number.NaN);
    batch.resource("shop", "staging");
    batch.evaluation("checkout", "on", false, 5, 3, Number.NaN);
    batch.resource("other", "staging");
    batch.evaluation("checkout", "on", false, 5, 3, Number.NaN);
    batch.evaluation("free", "on", false, 5, 3, Number.NaN);

    expect(counts()).toEqual([
      ["production", "checkout", "on", 1],
      ["staging", "checkout", "on", 1],
      ["staging", "free", "on", 1],
    ]);
  });
});

describe("flags and variants", () => {
  it("that do not exist are told to the sender, with one example a reason", () => {
    const { batch } = open("production");
    batch.resource("shop", undefined);

    expect(batch.evaluation("nothing", "on", false, 5, 3, Number.NaN)).toBe(false);
    expect(batch.evaluation("other", "on", false, 5, 3, Number.NaN)).toBe(false);
    expect(batch.evaluation("checkout", "maybe", false, 5, 3, Number.NaN)).toBe(false);

    expect(batch.message()).toBe(
      'flag-unknown: 2 evaluations; there is no flag "nothing" in production: create it, or send its key. ' +
        'variant-unknown: 1 evaluation; the flag checkout has no variant "maybe" in production',
    );
  });

  it("of another service are not counted, which is told to people and not to the sender", () => {
    const { batch, drops, counts } = open("production");

    batch.resource("billing", undefined);
    expect(batch.evaluation("checkout", "on", false, 5, 3, Number.NaN)).toBe(true);
    batch.resource(undefined, undefined);
    expect(batch.evaluation("checkout", "on", false, 5, 3, Number.NaN)).toBe(true);

    expect(batch.message()).toBe("");
    expect(counts()).toEqual([]);
    expect(drops.list("production", 0).map(({ example }) => example)).toEqual([
      "billing sends spans for checkout, whose service is shop",
      "a service without service.name sends spans for checkout, whose service is shop",
    ]);
  });

  it("are told apart for the first thousand unknown names of a request, and counted for all", () => {
    const { batch, drops } = open("production");
    batch.resource("shop", undefined);

    for (let index = 0; index < 3_000; index += 1) batch.evaluation(`f${index}`, "on", false, 5, 3, Number.NaN);

    expect(drops.totals().get("flag-unknown")).toBe(3_000);
    expect(batch.message()).toContain("flag-unknown: 3000 evaluations");
  });

  it("with hostile names are shown cut and without control characters", () => {
    const { batch } = open("production");
    batch.resource("shop", undefined);

    batch.evaluation(`\u001b[31m${"x".repeat(10_000)}`, "on", false, 5, 3, Number.NaN);

    expect(batch.message().length).toBeLessThan(300);
    expect(batch.message()).not.toContain("\u001b");
  });
});

describe("what is told of drops", () => {
  it("is bounded, while the totals go on", () => {
    const drops = new DropTally();

    for (let index = 0; index < DROPS_TOLD_MAX + 20; index += 1)
      drops.add("production", "flag-unknown", `${index}`, 1, 0);

    expect(drops.list("production", 0)).toHaveLength(DROPS_TOLD_MAX);
    expect(drops.totals().get("flag-unknown")).toBe(DROPS_TOLD_MAX + 20);
  });

  it("ends a quarter of an hour after it last happened", () => {
    const drops = new DropTally();
    drops.add("production", "flag-unknown", "x", 1, 0);

    expect(drops.list("production", 900_000)).toHaveLength(1);
    expect(drops.list("production", 900_001)).toHaveLength(0);
  });
});
