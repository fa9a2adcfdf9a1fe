import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CliError } from "../cli-error.ts";
import { formatStage, parseStage } from "./stage-syntax.ts";

const ratio = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);

describe("parseStage", () => {
  it("reads share, promise and floor, the last two in any order", () => {
    const wanted = { share: 0.01, catches: { failureRate: 0.2 }, minSeconds: 60 };

    expect(parseStage("1%,+20pp,60s")).toEqual(wanted);
    expect(parseStage(" 1 % , 1m , +20 points ")).toEqual(wanted);
  });

  it("leaves out what is not said", () => {
    expect(parseStage("100%")).toEqual({ share: 1 });
    expect(parseStage("10%,20")).toEqual({ share: 0.1, minSeconds: 20 });
    expect(parseStage("10%,2h")).toEqual({ share: 0.1, minSeconds: 7_200 });
  });

  it("shifts the percent sign in decimal", () => {
    expect(parseStage("0.7%").share).toBe(0.007);
    expect(parseStage("14%,+0.3pp").catches).toEqual({ failureRate: 0.003 });
  });

  it.each(["", "1", "%", "101%", "-1%", "1e1%", "1%,+2", "1%,2pp", "1%,+2pp,+3pp", "1%,1m,2m", "1%,"])(
    "refuses %j with exit code 2 and an example",
    (text) => {
      const error = errorOf(() => parseStage(text));

      expect(error.exitCode).toBe(2);
      expect(error.advice.join()).toContain("1%,+20pp,60s");
    },
  );

  it("reads back every stage that it writes, bit for bit", () => {
    const stage = fc.record(
      {
        share: ratio,
        catches: fc.record({ failureRate: ratio }),
        minSeconds: fc.nat(604_800),
      },
      { requiredKeys: ["share"] },
    );
    fc.assert(
      fc.property(stage, (value) => {
        fc.pre(value.share === 0 || value.share > 1e-15);
        fc.pre(value.catches === undefined || value.catches.failureRate === 0 || value.catches.failureRate > 1e-12);

        expect(parseStage(formatStage(value))).toEqual(value);
      }),
    );
  });
});

function errorOf(run: () => unknown): CliError {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
