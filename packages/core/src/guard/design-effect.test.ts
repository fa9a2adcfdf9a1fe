import { describe, expect, it } from "vitest";
import { addGroups, designEffect } from "./design-effect.ts";

const requests = new Array<number>(20).fill(1_000);

describe("designEffect", () => {
  it("is 1 while there is too little to tell", () => {
    expect(designEffect(null)).toBe(1);
    expect(designEffect({ requests, failures: [4, ...new Array<number>(19).fill(0)] })).toBe(1);
  });

  it("sees the first burst of a single user", () => {
    expect(designEffect({ requests, failures: [10, ...new Array<number>(19).fill(0)] })).toBeCloseTo(10, 1);
  });

  it("is 1 when failures are spread evenly", () => {
    expect(designEffect({ requests, failures: new Array<number>(20).fill(5) })).toBe(1);
  });

  it("is the variance between groups over the binomial variance", () => {
    const failures = requests.map((_, group) => (group % 2 === 0 ? 20 : 0));
    // Mean 10 of 1,000: squares of 10 over a variance of 9.9, 20 groups, 19 degrees of freedom.
    expect(designEffect({ requests, failures })).toBeCloseTo((20 * (100 / 9.9)) / 19, 10);
  });

  it("grows with what is added and leaves what was given alone", () => {
    const first = { requests: [...requests], failures: new Array<number>(20).fill(1) };

    const total = addGroups(first, first);

    expect(total?.failures[3]).toBe(2);
    expect(first.failures[3]).toBe(1);
    expect(addGroups(first, undefined)).toBe(first);
  });
});
