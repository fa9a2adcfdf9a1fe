import { describe, expect, it } from "vitest";
import { heldText, listedText, noneText } from "./held.ts";

const listed = { count: 4_200, total: 5_100, order: "the slowest first" };
const held = { count: 5_000, total: 6_000, noun: "change" };
const whole = { count: 5_000, total: 5_000, noun: "change" };

describe("what is said of a list", () => {
  it("is how many there are, where the report holds them all", () => {
    expect(heldText(3_000, 3_000, "deployment")).toBe("3,000 deployments");
    expect(heldText(1, 1, "deployment")).toBe("1 deployment");
    expect(listedText({ ...listed, total: 4_200, held })).toBe("4,200, the slowest first");
    expect(listedText({ ...listed, total: null, held: whole })).toBe("4,200, the slowest first");
  });

  it("is of how many, and why some are missing, where the report holds the newest alone", () => {
    expect(heldText(2_000, 3_000, "deployment")).toBe("the newest 2,000 of 3,000 deployments");
    expect(listedText({ ...listed, held })).toBe(
      "4,200 of 5,100, the slowest first. The page knows only the newest 5,000 of 6,000 changes",
    );
    expect(listedText({ ...listed, total: null, held })).toBe(
      "4,200, the slowest first. The page knows only the newest 5,000 of 6,000 changes",
    );
  });

  it("tells nothing apart from nothing known", () => {
    expect(noneText({ ...listed, count: 0, total: 0, held }, "There was none.")).toBe("There was none.");
    expect(noneText({ ...listed, count: 0, total: null, held: whole }, "There was none.")).toBe("There was none.");
    expect(noneText({ ...listed, count: 0, total: 30, held }, "There was none.")).toBe(
      "None of these 30 is among the newest 5,000 of 6,000 changes, which is all that the page knows.",
    );
    expect(noneText({ ...listed, count: 0, total: null, held }, "There was none.")).toBe(
      "None is among the newest 5,000 of 6,000 changes, which is all that the page knows.",
    );
  });
});
