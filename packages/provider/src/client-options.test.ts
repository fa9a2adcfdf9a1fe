import { describe, expect, it } from "vitest";
import { checkOptions } from "./client-options.ts";

const options = { url: "http://localhost:4400", token: "stf_test" };

describe("checkOptions", () => {
  it("takes a token that was read from a file with its line end", () => {
    expect(() => checkOptions({ ...options, token: "stf_test\n" })).not.toThrow();
  });

  it("refuses a token that no header can carry, without repeating it", () => {
    expect(() => checkOptions({ ...options, token: "" })).toThrow("token: it is empty");
    expect(() => checkOptions({ ...options, token: "stf_one\nstf_two" })).toThrow(/^token: (?!.*stf_)/);
  });

  // Goal: a time that came from a missing setting must not become a loop without a pause.
  it.each(["pollIntervalMs", "initTimeoutMs"])("refuses %s when it is not a number", (name) => {
    expect(() => checkOptions({ ...options, [name]: Number.NaN })).toThrow(`${name}: NaN is not`);
  });
});
