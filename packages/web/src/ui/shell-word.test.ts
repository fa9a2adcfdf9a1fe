import { describe, expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

describe("shellWord", () => {
  it("leaves what a shell takes as it is", () => {
    expect(["new-checkout", "eu.west_1", "rol_01M7"].map(shellWord)).toEqual(["new-checkout", "eu.west_1", "rol_01M7"]);
  });

  // Goal: a line that is copied into a terminal runs nothing that a name brought along.
  it("quotes what a shell would read as more than a word", () => {
    expect(["two words", "$(reboot)", "it's", "", "-x"].map(shellWord)).toEqual([
      "'two words'",
      "'$(reboot)'",
      "'it'\\''s'",
      "''",
      "'-x'",
    ]);
  });
});
