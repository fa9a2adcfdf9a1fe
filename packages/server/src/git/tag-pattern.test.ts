import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proposeTags, tagExpression, tagMatcher } from "./tag-pattern.ts";

const ANY = { includePrereleases: false, packageName: null };
const versions = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}1.${index}.0`);

describe("proposing releases", () => {
  it.each([
    [
      ["v1.0.0", "v1.1.0", "v2.0.0"],
      ["v1.0.0", "v1.1.0", "v2.0.0"],
    ],
    [
      ["v1.0.0", "v1.1.0-rc.1", "v1.1.0"],
      ["v1.0.0", "v1.1.0"],
    ],
    [
      ["1.0", "1.1", "1.1.1"],
      ["1.0", "1.1", "1.1.1"],
    ],
    [
      ["1.0.0.Final", "1.1.0.Final"],
      ["1.0.0.Final", "1.1.0.Final"],
    ],
    [
      ["release-2024-01-31", "release-2024-02-28", "nightly"],
      ["release-2024-01-31", "release-2024-02-28"],
    ],
    [
      ["build-7", "build-8"],
      ["build-7", "build-8"],
    ],
    [
      ["v1.0.0-beta.1", "v1.0.0-beta.2"],
      ["v1.0.0-beta.1", "v1.0.0-beta.2"],
    ],
    [["latest", "stable"], []],
  ])("of %j takes %j", (names, expected) => {
    const { chosen } = proposeTags(names, ANY);

    const matches = tagMatcher(chosen.map(({ pattern }) => pattern));
    expect(names.filter(matches)).toEqual(expected);
  });

  it("takes all packages of a monorepo that are tagged in one way, and names what is left out", () => {
    const names = [
      ...versions("@acme/api@", 5),
      ...versions("@acme/web@", 4),
      ...versions("docs@", 4),
      ...versions("v", 2),
    ];

    const { chosen, others } = proposeTags(names, ANY);

    expect(chosen.map(({ example }) => example)).toEqual(["@acme/api@1.4.0", "@acme/web@1.3.0", "docs@1.3.0"]);
    expect(others).toMatchObject([{ example: "v1.1.0", count: 2 }]);
  });

  it("prefers the tags of the package that is asked for", () => {
    const names = [...versions("v", 20), ...versions("web-v", 2)];

    expect(proposeTags(names, { ...ANY, packageName: "web" }).chosen).toMatchObject([{ example: "web-v1.1.0" }]);
  });

  it("always proposes patterns that are valid and match what they count, whatever the tags are called", () => {
    const names = fc.array(
      fc.oneof(
        fc.string({ maxLength: 30 }),
        fc.tuple(fc.string({ maxLength: 8 }), fc.nat(99), fc.nat(99)).map(([a, b, c]) => `${a}${b}.${c}`),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(names, fc.boolean(), (list, includePrereleases) => {
        const unique = [...new Set(list)];

        for (const { pattern, count } of proposeTags(unique, { includePrereleases, packageName: null }).chosen)
          expect(unique.filter(tagMatcher([pattern])).length).toBeGreaterThanOrEqual(count);
      }),
    );
  });
});

// Goal: a report on a clone runs on the Node that is there, also on one that lacks `(?i:…)`.
it("reads a proposed pattern the same on an older Node", () => {
  const { chosen } = proposeTags(["v1.0.0", "v1.1.0-RC.1", "v1.1.0", "v1.2.0.Final"], {
    includePrereleases: true,
    packageName: null,
  });
  const names = ["v1.0.0", "v1.1.0-rc.2", "v1.1.0-RC.1", "v1.2.0.final", "w1.0.0", "v1.0"];

  for (const { pattern } of chosen) {
    const [newer, older] = [tagExpression(pattern, true), tagExpression(pattern, false)];
    expect(pattern).toContain("(?i:");
    expect(names.map((name) => older.test(name))).toEqual(names.map((name) => newer.test(name)));
  }
  expect(chosen).toHaveLength(1);
});
