import { describe, expect, it } from "vitest";
import { faultOfKey, faultOfRepositories, keyOfRepository, readRepositories } from "./service-fields.ts";

describe("a service's key", () => {
  it.each(["shop", "Shop.API_v2", "9-lives", "a".repeat(100)])("may be %s", (key) => {
    expect(faultOfKey(key, ["billing"])).toBeUndefined();
  });

  it.each([
    ["", /Give it a key/],
    ["-shop", /a letter or digit first/],
    ["my shop", /only/],
    ["a".repeat(101), /100 characters/],
    ["billing", /already/],
  ])("may not be %j, and says why", (key, fault) => {
    expect(faultOfKey(key, ["billing"])).toMatch(fault);
  });
});

describe("repositories that somebody pasted", () => {
  it("are taken from lines, commas and addresses, each once", () => {
    const text = `acme/shop, acme/Shop
      https://github.com/acme/web.git
      git@gitlab.example:group/sub/api.git https://gitlab.example/group/tools/`;

    expect(readRepositories(text)).toEqual(["acme/shop", "acme/web", "group/sub/api", "group/tools"]);
    expect(readRepositories("  \n ,")).toEqual([]);
  });

  it.each([
    [["shop"], /“shop” is no repository/],
    [["acme/shop", "a b/c"], /“a b\/c”/],
    [Array.from({ length: 51 }, (_, index) => `acme/r${index}`), /At most 50 repositories; these are 51/],
  ])("are refused with the one that is wrong", (names, fault) => {
    expect(faultOfRepositories(names)).toMatch(fault);
  });

  it("are fine when there are none", () => {
    expect(faultOfRepositories([])).toBeUndefined();
  });
});

describe("the key that a repository suggests", () => {
  it.each([
    ["acme/Web.Shop", "web.shop"],
    ["group/sub/_api", "api"],
    ["acme/...", ""],
  ])("of %s is %s", (repository, key) => expect(keyOfRepository(repository)).toBe(key));
});
