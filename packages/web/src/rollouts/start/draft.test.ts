import { describe, expect, it } from "vitest";
import { chosenOf, composeBody, type Draft, type FoundSignal, faultUnder, newDraft, toFormPath } from "./draft.ts";

const PLACE = { environment: "production", flag: "new-checkout", candidate: "on" };
const draft = (more: Partial<Draft> = {}): Draft => ({ ...newDraft("standard"), ...more });
const found = (
  name: string,
  source: "spans" | "observations",
  count: FoundSignal["count"] = "requests",
): FoundSignal => ({
  ...{ name, source, count, kind: "failure-rate" },
  ...{ perSecond: 10, failureRate: 0, latencyMs: null, lastSecondsAgo: 1 },
});

describe("what the form sends", () => {
  it("is the server's own default plan, when nothing is touched", () => {
    const composed = composeBody(draft(), PLACE, []);

    expect(composed).toMatchObject({
      ok: true,
      body: {
        ...PLACE,
        stages: [
          { share: 0.01, catches: { failureRate: 0.2 }, minSeconds: 60 },
          { share: 0.1, catches: { failureRate: 0.02 }, minSeconds: 120 },
          { share: 0.5, catches: { failureRate: 0.005 }, minSeconds: 300 },
          { share: 1, catches: null, minSeconds: 0 },
        ],
        guard: { alpha: 0.001, signals: [{ tolerance: { ratio: 1.1, add: 0.0002 } }, { tolerance: { ratio: 1.05 } }] },
        watchSeconds: 1_800,
      },
    });
    expect(composed.ok && "reason" in composed.body).toBe(false);
  });

  it("has the audience as a stage of its own, before the others", () => {
    const audience = {
      ...draft().audience,
      kind: "simple",
      operator: "in",
      attribute: "team",
      value: "a, b,",
    } as const;

    const composed = composeBody(draft({ audience }), PLACE, []);

    expect(composed.ok && composed.body.stages?.[0]).toEqual({
      share: 0,
      audience: { in: [{ var: "team" }, ["a", "b"]] },
    });
  });

  it("names what cannot be sent by where it stands", () => {
    const [first, ...rest] = draft().stages;
    const stages = first ? [{ ...first, share: "much", floor: "a while" }, ...rest] : [];

    const composed = composeBody(draft({ stages, failureRatio: "", watch: "x" }), { ...PLACE, flag: "" }, []);

    expect(composed.ok ? [] : [...composed.faults.keys()].sort()).toEqual([
      "/failureRatio",
      "/flag",
      "/stages/0/minSeconds",
      "/stages/0/share",
      "/watchSeconds",
    ]);
  });

  it("judges by what arrives, spans first, unless somebody chose", () => {
    const both = [
      found("errors", "spans"),
      found("errors-observed", "observations"),
      found("failing-users", "observations", "users"),
    ];

    expect(chosenOf({ signals: null }, []).map(({ name }) => name)).toEqual(["errors", "latency"]);
    expect(chosenOf({ signals: null }, both).map(({ name }) => name)).toEqual(["errors"]);
    expect(chosenOf({ signals: null }, both.slice(1)).map(({ name }) => name)).toEqual(["errors-observed"]);
    expect(chosenOf({ signals: ["failing-users"] }, both).map(({ name }) => name)).toEqual(["failing-users"]);
    expect(composeBody(draft({ signals: [] }), PLACE, both).ok).toBe(false);
  });

  it("finds the field for what the server says", () => {
    const faults = new Map([["/stages/0/audience/0", "no such operator"]]);

    expect(faultUnder(faults, "/stages/0/audience")).toBe("no such operator");
    expect(faultUnder(faults, "/stages/0/share")).toBeUndefined();
    expect(toFormPath("/guard/signals/0/tolerance/add")).toBe("/failureAdd");
  });
});
