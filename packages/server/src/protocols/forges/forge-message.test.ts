import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deploymentName, time } from "./forge-message.ts";

describe("a forge's time", () => {
  it.each([
    ["2021-04-28T19:50:00Z", "2021-04-28T19:50:00.000Z"],
    ["2021-12-13T10:00:00.123+00:00", "2021-12-13T10:00:00.123Z"],
    ["2013-12-03 17:23:34 UTC", "2013-12-03T17:23:34.000Z"],
    ["2021-04-28 21:50:00 +0200", "2021-04-28T19:50:00.000Z"],
    ["2021-04-28 21:50:00 -03:30", "2021-04-29T01:20:00.000Z"],
  ])("is read as GitHub and GitLab write it: %s", (text, moment) => {
    expect(new Date(time.parse(text)).toISOString()).toBe(moment);
  });

  // Goal: JavaScript reads all of these, some of them by the zone of the machine that it runs on.
  it.each(["2021-04-28 21:50:00", "2021-04-28T21:50:00", "2021-04-28", "5", "March 7", "2021-04-28 21:50:00 EST", ""])(
    "is none without a zone, or in other words: %j",
    (text) => {
      expect(time.safeParse(text).success).toBe(false);
    },
  );

  it("is the same moment however it is written", () => {
    const moments = fc.date({ min: new Date("1990-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(moments, fc.integer({ min: -12, max: 14 }), (moment, hours) => {
        const ms = Math.floor(moment.getTime() / 1_000) * 1_000;
        const local = new Date(ms + hours * 3_600_000).toISOString().slice(0, 19);
        const zone = `${hours < 0 ? "-" : "+"}${String(Math.abs(hours)).padStart(2, "0")}`;

        expect(time.parse(`${local.replace("T", " ")} ${zone}00`)).toBe(ms);
        expect(time.parse(`${local}${zone}:00`)).toBe(ms);
      }),
    );
  });
});

it.each([
  ["main", "main · 1a2b3c4"],
  ["release/2.3", "release/2.3 · 1a2b3c4"],
  ["refs/heads/main", "main · 1a2b3c4"],
  ["refs/tags/v1.2.3", "v1.2.3"],
  ["v1.2.3-rc.1", "v1.2.3-rc.1"],
  ["2026.11", "2026.11"],
  ["1a2b3c4d", "1a2b3c4"],
  ["", "1a2b3c4"],
])("tells deployments of a branch apart by their commit, and those of a version by that: %j", (ref, name) => {
  expect(deploymentName(ref, "1a2b3c4".padEnd(40, "d"))).toBe(name);
});
