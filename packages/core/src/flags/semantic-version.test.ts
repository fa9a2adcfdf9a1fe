import { describe, expect, it } from "vitest";
import { compareVersions, parseVersion } from "./semantic-version.ts";

describe("parseVersion", () => {
  it.each([
    "1.2.3",
    "v1.2.3",
    "V1.2.3",
    " 1.2.3 ",
    "1.2.3-rc.1",
    "1.2.3+build.5",
    "1.2.3-a-b.0+x-y.007",
    "1",
    "1.2",
    "v1",
  ])("reads %j", (text) => {
    expect(parseVersion(text)).toMatchObject({ major: 1 });
  });

  it.each([
    "",
    "v",
    "latest",
    "1.2.3.4",
    "01.2.3",
    "1.02",
    "1.2.",
    ".1",
    "1.x",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3-a..b",
    "1.2.3+",
    "1.2.3-ü",
    "-1",
    "1.2.9007199254740992",
    `1.2.3-${"a".repeat(300)}`,
  ])("takes %j for no version", (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

describe("compareVersions", () => {
  it("orders as semver.org §11 does", () => {
    const ascending = [
      "0.9.9",
      "1.0.0-0",
      "1.0.0-1",
      "1.0.0-11",
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0",
      "1.0.1",
      "1.1",
      "1.10.0",
      "2",
    ];
    const versions = ascending.flatMap((text) => parseVersion(text) ?? []);

    expect(versions).toHaveLength(ascending.length);
    for (const [index, version] of versions.entries()) {
      for (const [other, right] of versions.entries())
        expect(Math.sign(compareVersions(version, right))).toBe(Math.sign(index - other));
    }
  });

  it("does not look at build metadata", () => {
    const [one, other] = [parseVersion("1.2.3+a"), parseVersion("1.2.3+b")];

    expect(one && other && compareVersions(one, other)).toBe(0);
  });
});
