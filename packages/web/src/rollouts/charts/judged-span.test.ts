import { describe, expect, it } from "vitest";
import { judgedSpan } from "./judged-span.ts";

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
const NOT_ENDED = { startedAt: at(100.4), endedAt: null, decision: null };

describe("what was judged of a rollout", () => {
  it("reaches from its start to the last that is known of it, in whole seconds", () => {
    expect(judgedSpan({ ...NOT_ENDED, decision: { at: at(160.2) } }, undefined)).toEqual({ from: 100, to: 161 });
    expect(judgedSpan({ ...NOT_ENDED, endedAt: at(150), decision: { at: at(170) } }, undefined)?.to).toBe(170);
  });

  it("is at least a second, and nothing before it started", () => {
    expect(judgedSpan(NOT_ENDED, undefined)).toEqual({ from: 100, to: 101 });
    expect(judgedSpan({ ...NOT_ENDED, startedAt: null }, undefined)).toBeUndefined();
  });
});
