import { describe, expect, it } from "vitest";
import { type ArmCounts, NO_COUNTS } from "./counts.ts";
import { mergeArmCounts } from "./merge-counts.ts";

const full: ArmCounts = {
  requests: 10,
  failures: 2,
  latency: { zeroCount: 1, offset: 5, bucketCounts: [3, 0, 6] },
  groups: { requests: new Array<number>(20).fill(1), failures: new Array<number>(20).fill(0) },
  units: { seen: 7, failed: 1, firstSeen: 3 },
};

describe("mergeArmCounts", () => {
  it("adds everything", () => {
    expect(mergeArmCounts(full, full)).toEqual({
      requests: 20,
      failures: 4,
      latency: { zeroCount: 2, offset: 5, bucketCounts: [6, 0, 12] },
      groups: { requests: new Array<number>(20).fill(2), failures: new Array<number>(20).fill(0) },
      units: { seen: 14, failed: 2, firstSeen: 6 },
    });
  });

  it("keeps what only one of them knows, and invents nothing", () => {
    expect(mergeArmCounts(full, NO_COUNTS)).toEqual(full);
    expect(mergeArmCounts(NO_COUNTS, full)).toEqual(full);
    expect(Object.keys(mergeArmCounts(NO_COUNTS, NO_COUNTS))).toEqual(["requests", "failures"]);
  });
});
