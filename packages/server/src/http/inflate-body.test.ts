import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflateBody } from "./inflate-body.ts";

const BODY = Buffer.from("hello, hello, hello");

describe("a compressed body", () => {
  it.each([
    [undefined, BODY],
    ["identity", BODY],
    ["gzip", gzipSync(BODY)],
    ["GZIP", gzipSync(BODY)],
    ["deflate", deflateSync(BODY)],
  ])("with Content-Encoding %s is read as it was", async (coding, sent) => {
    expect(await inflateBody(coding, sent, 100)).toEqual(BODY);
  });

  it("that is a bomb is stopped at the bound", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));

    await expect(inflateBody("gzip", bomb, 1_000_000)).rejects.toMatchObject({ code: "body-too-large" });
  });

  it.each([
    ["cut off", gzipSync(BODY).subarray(0, 20)],
    ["not gzip at all", BODY],
    ["empty", Buffer.alloc(0)],
  ])("that is %s is refused", async (_, sent) => {
    await expect(inflateBody("gzip", sent, 100)).rejects.toMatchObject({ code: "malformed-body" });
  });

  it("in a coding nobody knows is refused", async () => {
    await expect(inflateBody("br", BODY, 100)).rejects.toMatchObject({ code: "media-type-unsupported" });
  });
});
