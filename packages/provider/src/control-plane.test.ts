import { describe, expect, it } from "vitest";
import { createControlPlane, describeFailure, readText } from "./control-plane.ts";

/** A body that arrives byte by byte. */
function slowly(text: string): Response {
  const bytes = new TextEncoder().encode(text);
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    }),
  );
}

describe("readText", () => {
  it("reads characters that arrive in pieces", async () => {
    expect(await readText(slowly("größe 💓"), 100)).toBe("größe 💓");
  });

  it("stops at the bound", async () => {
    await expect(readText(slowly("x".repeat(101)), 100)).rejects.toThrow(/larger than 100 bytes/);
  });
});

describe("createControlPlane", () => {
  it("keeps the path of an address behind a proxy, and escapes the environment", async () => {
    const asked: string[] = [];
    const controlPlane = createControlPlane({
      url: "https://tools.example.com/steadfast/",
      token: "t",
      environment: "a/b",
      fetch: async (url) => {
        asked.push(String(url));
        return new Response();
      },
    });

    await controlPlane.fetchSnapshot(undefined, new AbortController().signal);

    expect(asked).toEqual(["https://tools.example.com/steadfast/api/v1/environments/a%2Fb/snapshot"]);
  });
});

describe("describeFailure", () => {
  it("says what happened on every address of a host that refuses", () => {
    const cause = new AggregateError([
      new Error("connect ECONNREFUSED ::1:4400"),
      new Error("connect ECONNREFUSED 127.0.0.1:4400"),
    ]);

    expect(describeFailure(new TypeError("fetch failed", { cause }))).toBe(
      "fetch failed: connect ECONNREFUSED ::1:4400, connect ECONNREFUSED 127.0.0.1:4400",
    );
  });
});
