import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFlagSet } from "./compile.ts";
import type { FlagDefinition, Json } from "./definition.ts";
import type { EvaluationContext } from "./evaluation.ts";
import { bucketOf } from "./fractional.ts";
import { murmurHash } from "./murmur-hash.ts";

/** The variant served to a context, or "default". */
function serve(fractional: readonly Json[], context: EvaluationContext): string {
  const variants = { a: "a", b: "b", c: "c" };
  const definition: FlagDefinition = { state: "ENABLED", variants, defaultVariant: null, targeting: { fractional } };
  return compileFlagSet({ flags: { flag: definition } }).evaluate("flag", context).variant ?? "default";
}

const KEY: Json = { cat: ["checkout", ":", "7f3a", ":", { var: "targetingKey" }] };

describe("fractional", () => {
  // Hashes and buckets computed by hand with Python's integers over the UTF-8 bytes.
  it.each([
    ["user-1", 1_553_170_600, 3_616],
    ["user-2", 3_010_256_543, 7_008],
    ["jürgen", 2_160_081_603, 5_029],
    ["漢字", 409_471_125, 953],
    ["😀", 4_047_994_842, 9_424],
  ])("puts %s with hash %d in bucket %d of 10,000", (targetingKey, hash, bucket) => {
    expect(murmurHash(`checkout:7f3a:${targetingKey}`)).toBe(hash);
    expect(bucketOf(hash, 10_000)).toBe(bucket);
    expect(serve([KEY, ["a", bucket], ["b", 10_000 - bucket]], { targetingKey })).toBe("b");
    expect(serve([KEY, ["a", bucket + 1], ["b", 9_999 - bucket]], { targetingKey })).toBe("a");
  });

  it("buckets by flag key and targeting key when it has no key", () => {
    const bucket = bucketOf(murmurHash("flaguser-1"), 100);

    expect(
      serve(
        [
          ["a", bucket],
          ["b", 100 - bucket],
        ],
        { targetingKey: "user-1" },
      ),
    ).toBe("b");
    expect(
      serve(
        [
          ["a", bucket + 1],
          ["b", 99 - bucket],
        ],
        { targetingKey: "user-1" },
      ),
    ).toBe("a");
  });

  it.each<[string, readonly Json[], EvaluationContext]>([
    ["no targeting key", [["a", 1]], {}],
    ["an empty targeting key", [["a", 1]], { targetingKey: "" }],
    ["an absent key", [{ var: "email" }, ["a", 1]], { targetingKey: "u" }],
    ["a key that is no string", [{ var: "email" }, ["a", 1]], { email: 5 }],
    [
      "weights that sum to 0",
      [
        ["a", 0],
        ["b", -5],
      ],
      { targetingKey: "u" },
    ],
    [
      "weights that sum above 2^31 − 1",
      [
        ["a", 2_147_483_647],
        ["b", 1],
      ],
      { targetingKey: "u" },
    ],
    ["a weight that is no integer", [["a", 1.5]], { targetingKey: "u" }],
    ["a computed weight that is no number", [["a", { var: "weight" }]], { targetingKey: "u", weight: "1" }],
    ["an arm that answers null", [[null, 1]], { targetingKey: "u" }],
  ])("gives the default with %s", (_, fractional, context) => {
    expect(serve(fractional, context)).toBe("default");
  });

  it("computes weights and variants by rules, a weight of 1 when none is given", () => {
    const context = { targetingKey: "u", share: 100 };

    expect(
      serve(
        [
          ["a", { var: "share" }],
          ["b", { "-": [100, { var: "share" }] }],
        ],
        context,
      ),
    ).toBe("a");
    expect(serve([[{ if: [{ var: "share" }, "c", "a"] }]], context)).toBe("c");
    expect(serve([["a"], ["b", 0], ["c", 0]], context)).toBe("a");
  });

  it("buckets exactly, however many weights there are and whether they are known beforehand", () => {
    const weights = fc.array(fc.oneof(fc.nat(100), fc.integer({ min: -10, max: 715_827_882 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(weights, fc.string({ unit: "binary", minLength: 1 }), (given, targetingKey) => {
        const names = ["a", "b", "c"];
        const total = given.reduce((sum, weight) => sum + Math.max(0, weight), 0);
        const bucket = (BigInt(murmurHash(`flag${targetingKey}`)) * BigInt(total)) >> 32n;
        let above = 0n;
        const index = given.findIndex((weight) => {
          above += BigInt(Math.max(0, weight));
          return above > bucket;
        });
        const expected = names[index] ?? "default";

        expect(
          serve(
            given.map((weight, arm) => [names[arm] ?? "", weight]),
            { targetingKey },
          ),
        ).toBe(expected);
        expect(
          serve(
            given.map((weight, arm) => [names[arm] ?? "", { var: ["absent", weight] }]),
            { targetingKey },
          ),
        ).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
