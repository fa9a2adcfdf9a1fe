import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventTooLargeError, type ServerSentEvent, ServerSentEventParser } from "./server-sent-events.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): ServerSentEvent[] => new ServerSentEventParser().push(bytes(text));

/** Cuts bytes at the given places, counted round and round. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
}

describe("ServerSentEventParser", () => {
  it("reads event, id and data, and joins several data lines", () => {
    const events = parse("event: snapshot\nid: 7\ndata: one\ndata: two\n\n");

    expect(events).toEqual([{ event: "snapshot", id: "7", data: "one\ntwo" }]);
  });

  it("leaves out comments, unknown fields and events without data", () => {
    const events = parse(": heartbeat\n\nretry: 5\nevent: x\n\nfoo: bar\ndata\n\n");

    expect(events).toEqual([{ event: "message", id: "", data: "" }]);
  });

  it("takes away one space after the colon only, and a byte-order mark", () => {
    const events = parse("\uFEFFdata:  two spaces\ndata:none\n\n");

    expect(events).toEqual([{ event: "message", id: "", data: " two spaces\nnone" }]);
  });

  // Goal: a network cuts where it likes; what is read must not depend on it.
  it("gives the same events for every way of cutting the bytes", () => {
    const value = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n\0\uFEFF]/g, ""));
    const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
    const event = fc.record({
      event: value.filter((v) => v !== ""),
      id: value,
      data: fc.array(value, { minLength: 1 }),
    });

    fc.assert(
      fc.property(fc.array(event), lineEnd, fc.array(fc.nat(10_000)), (sent, end, cuts) => {
        const text = sent
          .flatMap((e) => [`event: ${e.event}`, ": beat 💓", `id: ${e.id}`, ...e.data.map((d) => `data: ${d}`), "", ""])
          .join(end);
        const parser = new ServerSentEventParser();

        const received = cut(bytes(text), cuts).flatMap((chunk) => parser.push(chunk));

        expect(received).toEqual(sent.map((e) => ({ ...e, data: e.data.join("\n") })));
      }),
    );
  });

  it("takes a CRLF that is cut in two as one line end", () => {
    const parser = new ServerSentEventParser();

    const events = ["data: one\r", "\ndata: two\r", "\n\r", "\n"].flatMap((text) => parser.push(bytes(text)));

    expect(events).toEqual([{ event: "message", id: "", data: "one\ntwo" }]);
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const parser = new ServerSentEventParser();

        for (const chunk of chunks) expect(Array.isArray(parser.push(chunk))).toBe(true);
      }),
    );
  });

  it.each([
    ["a line that never ends", `data: ${"x".repeat(200)}`],
    ["an event of many lines", "data: xxxxxxxxxx\n".repeat(20)],
  ])("refuses %s beyond the bound", (_what, text) => {
    const parser = new ServerSentEventParser(100);

    expect(() => {
      for (const byte of bytes(text)) parser.push(Uint8Array.of(byte));
    }).toThrow(EventTooLargeError);
  });

  it("takes events for ever when each is within the bound", () => {
    const parser = new ServerSentEventParser(100);

    const count = Array.from({ length: 50 }, () => parser.push(bytes(`data: ${"x".repeat(80)}\n\n`))).flat().length;

    expect(count).toBe(50);
  });
});
