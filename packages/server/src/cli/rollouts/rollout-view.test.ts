import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { NOW_MS, ROLLOUT } from "../cli.fixture.ts";
import { createPaint, PLAIN } from "../terminal/paint.ts";
import { widthOfText } from "../terminal/text.ts";
import { renderPlan, renderRolloutList } from "./rollout-list-view.ts";
import { renderRollout } from "./rollout-view.ts";

const text = (lines: readonly string[]) => lines.join("\n").replaceAll("\u00a0", " ");
const wide = { paint: PLAIN, width: 110, nowMs: NOW_MS };

describe("renderRollout", () => {
  it("shows where a rollout stands, the evidence, the gate and both arms", () => {
    expect(text(renderRollout(ROLLOUT, [], wide))).toMatchInlineSnapshot(`
      "● new-checkout  off → on  running
        production · shop · rol_01M7Y4JK8M2Z7HW799Y1 · started 4 min ago by Ada
        faster checkout

        ━━━━━━━━━━━━━━✓ 1% ━━━━━━━━━━━━━━● 10% ──────────────○ 50% ──────────────○ 100%

        Share     10 % of those who would get the default   wait
        Verdict   3 of 1,204 candidate requests failed; of the baseline 12 of 10,920.
        Evidence  ████████████████│█▋····················· 2.1 : 1  │ is 1 : 1, rolls back at 1,000 : 1
        Gate      ██████████████·························· errors needs 1,200 of 3,423 requests, about 2 min
                  floor 30 s left · would catch +2 points
        Shadow    10 pretend canaries on healthy traffic, no false alarm (most evidence 1 : 1)

        SIGNAL   BASELINE                CANDIDATE                RATIO            EVIDENCE
        errors   0.11 % (12 of 10,920)   0.25 % (3 of 1,204)      0.41–9.3 ×       3 : 1
        latency  4.4 ms / 12 ms / 31 ms  4.6 ms / 13 ms / 1.21 s  p50 / p95 / p99  1 : 2"
    `);
  });

  it("keeps within a narrow terminal what carries the figures", () => {
    const lines = renderRollout(ROLLOUT, [], { ...wide, width: 60 });

    expect(text(lines)).toContain("errors needs 1,200 of 3,423 requests, about 2 min");
    expect(text(lines)).toContain("rolls back at 1,000 : 1");
    // The line of shadow canaries is cut by the screen; all others fit by themselves.
    for (const line of lines.filter((line) => !line.includes("Shadow"))) {
      expect(widthOfText(line), line).toBeLessThanOrEqual(66);
    }
  });

  it("says the same with and without colour", () => {
    const coloured = renderRollout(ROLLOUT, [], { ...wide, paint: createPaint(true) });

    expect(coloured.map(stripVTControlCharacters)).toEqual(renderRollout(ROLLOUT, [], wide));
    expect(coloured.join("")).toContain("\u001b[");
  });

  it("lets no word of a person move the cursor", () => {
    const reason = "hello\u001b[2J\u001b]0;title\u0007\r\nworld";

    const lines = renderRollout({ ...ROLLOUT, reason, flag: "a\u001b[31mb" }, [], wide);

    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f]/);
  });

  it("asks for a person before all else, and in one word in the list", () => {
    const needsPerson = { because: "telemetry-missing", sentence: "No telemetry from spans for 31 s." } as const;

    const shown = text(renderRollout({ ...ROLLOUT, needsPerson }, [], wide));

    expect(shown).toContain("running, needs you");
    expect(shown).toContain("Needs you It cannot be judged while nothing reports");
    expect(shown.indexOf("Needs you")).toBeLessThan(shown.indexOf("Verdict"));
    expect(text(renderRolloutList([{ ...ROLLOUT, needsPerson }], wide))).toContain("running, needs you");
  });

  it("says that a rollout cannot be judged, before what is old by then", () => {
    const judgingFault = { since: "2026-11-21T11:59:00.000Z", message: "the stored state is unreadable" };

    const shown = text(renderRollout({ ...ROLLOUT, judgingFault }, [], wide));

    expect(shown).toContain(
      "Fault     The guard cannot judge it: the stored state is unreadable (first seen 1 min ago).",
    );
    expect(shown.indexOf("Fault")).toBeLessThan(shown.indexOf("Verdict"));
  });

  it("says of a queued rollout what it waits for", () => {
    const waitsFor = { rolloutId: "rol_2", flag: "fast-search", why: "one gamble at a time", position: 1 };

    const lines = renderRollout(
      { ...ROLLOUT, state: "queued", stage: 0, share: 0, startedAt: null, decision: null, signals: [], waitsFor },
      [],
      wide,
    );

    expect(text(lines)).toContain("Number 1 in the queue, after fast-search (rol_2): one gamble at a time");
  });
});

describe("renderPlan", () => {
  it("shows the stages as a table and when it is taken back", () => {
    expect(text(renderPlan(ROLLOUT, wide))).toMatchInlineSnapshot(`
      "new-checkout → on in production  rol_01M7Y4JK8M2Z7HW799Y1

        STAGE  SHARE  PROMISES TO CATCH  AT LEAST
            1     1%  +20 points         1 min
            2    10%  +2 points          2 min
            3    50%  +0.5 points        5 min
            4   100%  –                  0 s

      Rolls back when the evidence of harm reaches 1,000 : 1, from errors (spans, up to 1.1 × +0.02 points), latency (spans, up to 1.05 ×)."
    `);
  });
});
