import { type ArmCounts, UNIT_GROUP_COUNT } from "@steadfast/core/guard/counts";
import { MAX_BUCKET_INDEX, MIN_BUCKET_INDEX } from "@steadfast/core/guard/histogram";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packCounts, unpackCounts } from "./packed-counts.ts";

const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const perGroup = fc.array(count, { minLength: UNIT_GROUP_COUNT, maxLength: UNIT_GROUP_COUNT });
const latency = fc
  .record({
    zeroCount: count,
    offset: fc.integer({ min: MIN_BUCKET_INDEX, max: MAX_BUCKET_INDEX }),
    bucketCounts: fc.array(count, { minLength: 1, maxLength: 300 }),
  })
  .map(({ offset, bucketCounts, zeroCount }) => ({
    zeroCount,
    offset,
    bucketCounts: bucketCounts.slice(0, MAX_BUCKET_INDEX - offset + 1),
  }));
const armCounts = fc.record(
  {
    requests: count,
    failures: count,
    latency,
    groups: fc.record({ requests: perGroup, failures: perGroup }),
    units: fc.record({ seen: count, failed: count, firstSeen: count }),
  },
  { requiredKeys: ["requests", "failures"] },
);

describe("packed counts", () => {
  it("are what they were when they are unpacked", () => {
    fc.assert(
      fc.property(armCounts, (counts) => {
        expect(unpackCounts(packCounts(counts))).toEqual(counts);
      }),
    );
  });

  it("have room for every bucket and the largest numbers", () => {
    const buckets = MAX_BUCKET_INDEX - MIN_BUCKET_INDEX + 1;
    const most = (length: number) => Array.from({ length }, () => Number.MAX_SAFE_INTEGER);
    const counts: ArmCounts = {
      requests: Number.MAX_SAFE_INTEGER,
      failures: Number.MAX_SAFE_INTEGER,
      latency: { zeroCount: Number.MAX_SAFE_INTEGER, offset: MIN_BUCKET_INDEX, bucketCounts: most(buckets) },
      groups: { requests: most(UNIT_GROUP_COUNT), failures: most(UNIT_GROUP_COUNT) },
      units: { seen: Number.MAX_SAFE_INTEGER, failed: Number.MAX_SAFE_INTEGER, firstSeen: Number.MAX_SAFE_INTEGER },
    };

    expect(unpackCounts(packCounts(counts))).toEqual(counts);
  });

  it("of ten seconds are an eighth of what they are as objects: a byte for each bucket", () => {
    const bucketCounts = Array.from({ length: 136 }, (_, bucket) => bucket % 100);
    const counts = { requests: 6_700, failures: 13, latency: { zeroCount: 0, offset: 74, bucketCounts } };

    expect(packCounts(counts).length).toBeLessThan(150);
  });
});
