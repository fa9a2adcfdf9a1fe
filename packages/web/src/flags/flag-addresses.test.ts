import { expect, it } from "vitest";
import { toContext, toRows } from "./context-rows.ts";
import { readFlagSearch, readFlagsSearch } from "./flag-search.ts";

it("takes from an address only what the pages know", () => {
  expect(readFlagsSearch({ search: 404, owner: "web", state: "odd", sort: "changed", create: "yes", x: 1 })).toEqual({
    search: "404",
    owner: "web",
    sort: "changed",
  });
  expect(readFlagSearch({ view: "history", version: 2.5, context: ["no"], language: "go" })).toEqual({
    view: "history",
    language: "go",
  });
  expect(readFlagSearch({ version: 3, context: { targetingKey: "u" } })).toEqual({
    version: 3,
    context: { targetingKey: "u" },
  });
});

it("turns a context into rows and back without changing what a value is", () => {
  const context = {
    targetingKey: "u1",
    country: "DE",
    age: 18,
    beta: true,
    zip: "01234",
    code: "12",
    roles: ["a"],
    none: null,
  };

  expect(toContext("u1", toRows(context))).toEqual(context);
  expect(toContext("", [{ id: 1, name: " ", value: "x" }])).toEqual({});
});
