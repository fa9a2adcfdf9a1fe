import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger } from "./logging.ts";

const HOSTILE = "x\n12:00:00  info the admin signed in\r\u001b[2J\u001b]0;title\u0007\u009b31m\u2028\u202e\u0000";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function openLog(format: "pretty" | "json") {
  const output = new PassThrough();
  const log = createLogger({ level: "trace", format }, output);
  return { log, read: () => String(output.read() ?? "") };
}

describe.each(["pretty", "json"] as const)("a %s log", (format) => {
  it("keeps text from outside in its one line, with nothing that a terminal would obey", () => {
    const { log, read } = openLog(format);

    log.warn({ name: HOSTILE, list: [HOSTILE], [HOSTILE]: 1 }, HOSTILE);

    const text = stripVTControlCharacters(read());
    expect(text.split("\n")).toHaveLength(2);
    expect(text).not.toMatch(OBEYED);
    expect(text).toContain("the admin signed in");
  });

  it("never lets an error's message begin an entry", () => {
    const { log, read } = openLog(format);

    log.error({ err: new Error(HOSTILE) }, "failed");

    const [, ...more] = stripVTControlCharacters(read()).trimEnd().split("\n");
    for (const line of more) expect(line).toMatch(/^ {4}/);
  });

  it("does so for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { log, read } = openLog(format);

        log.info({ text }, text);

        const written = stripVTControlCharacters(read());
        expect(written.trimEnd()).not.toMatch(/\n/);
        expect(written).not.toMatch(OBEYED);
      }),
    );
  });

  it("writes no secret that is given to it by name", () => {
    const { log, read } = openLog(format);

    log.info({ token: "marked", secret: "marked", authorization: "marked", cookie: "marked" }, "hello");
    log.info({ req: { headers: { authorization: "marked" } } }, "hello");

    expect(read()).not.toContain("marked");
  });
});

it("stays JSON, with the same text inside", () => {
  const { log, read } = openLog("json");

  log.info({ name: HOSTILE }, "hello");

  expect(JSON.parse(read()).name).toBe(HOSTILE);
});
