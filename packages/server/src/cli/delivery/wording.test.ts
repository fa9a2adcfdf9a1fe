import { describe, expect, it } from "vitest";
import { countedText, fallText, partText, spanIntervalText, spanText } from "./wording.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("the words of a delivery report", () => {
  it.each([
    [0, "0 s"],
    [1_000, "1 s"],
    [60_000, "60 s"],
    [HOUR_MS, "60 min"],
    [1.5 * HOUR_MS, "1.5 h"],
    [2 * DAY_MS, "2 days"],
    [70 * DAY_MS, "10 weeks"],
  ])("tell %d ms as %s", (ms, text) => {
    expect(plain(spanText(ms))).toBe(text);
  });

  it("have one of a thing, and many of them", () => {
    expect([countedText(1, "commit"), countedText(2_400, "commit")]).toEqual(["1 commit", "2,400 commits"]);
    expect([partText(1, 1, "release"), partText(0, 12, "tag")]).toEqual(["1 of 1 release", "0 of 12 tags"]);
  });

  it("keep one unit from what was to what would be", () => {
    const fall = fallText(2.7 * DAY_MS, DAY_MS, { low: 0.9 * DAY_MS, high: 1.2 * DAY_MS });

    expect(plain(fall)).toBe("from 2.7 to 1 day [0.9–1.2]");
    expect(plain(spanIntervalText({ low: 2.4 * DAY_MS, high: 3 * DAY_MS }))).toBe("[2.4–3 days]");
  });
});
