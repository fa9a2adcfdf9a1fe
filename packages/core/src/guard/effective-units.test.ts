import { describe, expect, it } from "vitest";
import { UNIT_GROUP_COUNT } from "./counts.ts";
import { effectiveUnits } from "./effective-units.ts";
import { seededUniform } from "./test-rollout.ts";

/** Requests by group of users of equal traffic, each user in one random group. */
function spreadUsers(users: number, requestsEach: number, seed: number): number[] {
  const uniform = seededUniform(seed);
  const requests = new Array<number>(UNIT_GROUP_COUNT).fill(0);
  for (let user = 0; user < users; user += 1) {
    const group = Math.floor(uniform() * UNIT_GROUP_COUNT);
    requests[group] = (requests[group] ?? 0) + requestsEach;
  }
  return requests;
}

describe("effective units", () => {
  it("is about the number of users when they are equally busy", () => {
    for (const users of [10, 50, 400]) {
      const estimates = Array.from(
        { length: 40 },
        (_, seed) => 1 / effectiveUnits(spreadUsers(users, 1_000, seed + 1)),
      );
      const mean = estimates.reduce((sum, estimate) => sum + estimate, 0) / estimates.length;

      expect(1 / mean).toBeGreaterThan(0.7 * users);
      expect(1 / mean).toBeLessThan(1.4 * users);
    }
  });

  it("is large or unlimited for a request a user", () => {
    for (let seed = 1; seed <= 20; seed += 1)
      expect(effectiveUnits(spreadUsers(60_000, 1, seed))).toBeGreaterThan(3_000);
  });

  it("is 1 for a single user and unlimited without requests", () => {
    expect(effectiveUnits([500, ...new Array<number>(19).fill(0)])).toBe(1);
    expect(effectiveUnits(new Array<number>(20).fill(0))).toBe(Number.POSITIVE_INFINITY);
  });
});
