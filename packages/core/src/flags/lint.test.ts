import { describe, expect, it } from "vitest";
import type { FlagDefinition, Json } from "./definition.ts";
import { exposeCandidate } from "./exposure.ts";
import { lintFlagDefinition } from "./lint.ts";

function flag(targeting: Json): FlagDefinition {
  return { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: "off", targeting };
}

const arms = [
  ["on", 1],
  ["off", 1],
];

describe("lintFlagDefinition", () => {
  it.each<[string, Json, string, RegExp]>([
    [
      "a bare key",
      { fractional: [{ var: "targetingKey" }, ...arms] },
      "/targeting/fractional/0",
      /same people for every flag: use .*"checkout:"/,
    ],
    [
      "a bare attribute",
      { if: [true, { fractional: [{ var: ["email"] }, ...arms] }] },
      "/targeting/if/1/fractional/0",
      /"email" alone/,
    ],
    [
      "a non-ASCII salt",
      { fractional: [{ cat: ["é", { var: "targetingKey" }] }, ...arms] },
      "/targeting/fractional/0",
      /use ASCII/,
    ],
    [
      "weights of 0",
      {
        fractional: [
          ["on", 0],
          ["off", 0],
        ],
      },
      "/targeting/fractional",
      /no weight above 0/,
    ],
    ["and as if", { and: [{ var: "beta" }, "on"] }, "/targeting/and", /answers "false"/],
  ])("warns of %s", (_, targeting, path, message) => {
    expect(lintFlagDefinition("checkout", flag(targeting))).toEqual([
      { path, message: expect.stringMatching(message) },
    ]);
  });

  it("has nothing against salted buckets, the implicit key and our own rollouts", () => {
    const rollout = {
      flagKey: "checkout",
      salt: "s",
      baseline: "off",
      candidate: "on",
      candidateBasisPoints: 100,
      rolloutId: "r",
    };

    expect(lintFlagDefinition("checkout", flag({ fractional: arms }))).toEqual([]);
    expect(
      lintFlagDefinition("checkout", exposeCandidate(flag({ if: [{ var: "beta" }, "on", null] }), rollout)),
    ).toEqual([]);
  });
});
