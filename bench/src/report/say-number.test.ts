import { expect, it } from "vitest";
import { sayBytes, sayMs, sayNumber, sayPercent, sayRatio } from "./say-number.ts";

it.each([
  [1_257_432, "1,260,000"],
  [37.24, "37.2"],
  [0.012_34, "0.0123"],
  [0, "0"],
  [Number.NaN, "–"],
])("says %d as %s", (value, text) => {
  expect(sayNumber(value)).toBe(text);
});

it("says units", () => {
  expect([sayRatio(0.771), sayRatio(12.34), sayPercent(0.001), sayMs(1_500), sayMs(12), sayBytes(12_288)]).toEqual([
    "0.77 ×",
    "12.3 ×",
    "0.1 %",
    "1.5 s",
    "12 ms",
    "12 KiB",
  ]);
});
