import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, backoffMs, parseRetryAfterMs, RETRY_AFTER_MAX_MS } from "./backoff.ts";

const NOW_MS = Date.parse("2026-11-21T10:00:00Z");

describe("backoffMs", () => {
  it("stays within the doubling bound and below the cap", () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, random) => {
        const delay = backoffMs(failures, () => random);

        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** failures));
      }),
    );
  });

  it("waits at least what the server asked for, with the jitter on top", () => {
    expect(backoffMs(0, () => 0.5, 7_000)).toBe(7_000 + BACKOFF_BASE_MS / 2);
  });
});

describe("parseRetryAfterMs", () => {
  it.each([
    ["12", 12_000],
    ["Sat, 21 Nov 2026 10:00:30 GMT", 30_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["soon", 0],
    ["999999999", RETRY_AFTER_MAX_MS],
    [null, 0],
  ])("reads %s as %s ms", (header, expected) => {
    expect(parseRetryAfterMs(header, NOW_MS)).toBe(expected);
  });
});
