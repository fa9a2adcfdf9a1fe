import { describe, expect, it } from "vitest";
import { environmentGroups } from "./environment-groups.ts";

const FLAGS = [
  { key: "production", name: "Production" },
  { key: "staging", name: "Staging" },
];

describe("the environments of the Delivery page", () => {
  it("are all where something was told, then those of the flags, each once", () => {
    expect(environmentGroups(["prod", "staging"], FLAGS, "production")).toEqual([
      {
        group: "Told of",
        items: [
          { value: "prod", label: "prod" },
          { value: "staging", label: "Staging" },
        ],
      },
      { group: "Nothing told", items: [{ value: "production", label: "Production" }] },
    ]);
  });

  it("hold what the address names, even if nobody knows it", () => {
    const groups = environmentGroups([], FLAGS, "elsewhere");

    expect(groups.map(({ items }) => items.map(({ value }) => value))).toEqual([
      ["production", "staging", "elsewhere"],
    ]);
  });
});
