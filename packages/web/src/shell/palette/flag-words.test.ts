import { expect, it } from "vitest";
import { flagWordsOf } from "./flag-words.ts";

it("tells the flag's name from what to do with it", () => {
  expect(flagWordsOf("start a rollout of new-check")).toBe("new-check");
  expect(flagWordsOf("Roll back  gift")).toBe("gift");
  expect(flagWordsOf("christmas gifts")).toBe("christmas gifts");
  expect(flagWordsOf(" start rollout ")).toBe("");
});
