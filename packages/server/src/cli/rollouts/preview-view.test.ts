import { expect, it } from "vitest";
import type { RolloutPreview } from "../types.ts";
import { renderPreview } from "./preview-view.ts";

const stage = {
  share: 0.1,
  audience: null,
  catches: { failureRate: 0.02 },
  minSeconds: 120,
  signals: [{ name: "errors", needed: 33_600, perSecond: 140, seconds: 240 }],
  slowest: "errors",
  seconds: 240,
  why: null,
  help: null,
};
const preview: RolloutPreview = {
  ...{ environment: "production", flag: "new-checkout", service: "shop", baseline: "off", candidate: "on" },
  refusals: [],
  warnings: [{ code: "queued", sentence: "It would wait in the queue.", stage: null }],
  waitsFor: null,
  plan: {
    stages: [stage, { ...stage, seconds: null, signals: [], slowest: null, catches: null }],
    totalSeconds: 480,
    alpha: 0.001,
    signals: [
      {
        name: "errors",
        kind: "failure-rate",
        source: "spans",
        count: "requests",
        weight: 1,
        tolerance: { ratio: 1.1 },
      },
    ],
    ...{
      maxProjectedSeconds: 1_800,
      onRegression: "roll-back",
      mode: "act",
      watchSeconds: 60,
      salt: "on",
      targeting: null,
    },
  },
  traffic: [
    {
      ...{ source: "spans", requestsPerSecond: 140.4, latenciesPerSecond: 0, usersPerSecond: 0 },
      ...{ failureRate: 0, latencyMs: null, seconds: 3_600, lastSecondsAgo: 1 },
    },
  ],
  found: [],
};
const options = { paint: (_style: unknown, text: string) => text, width: 120, nowMs: 0 };

it("prints the plan with what each stage needs and takes, and what it rests on", () => {
  const text = renderPreview(preview, options).join("\n").replaceAll("\u00a0", " ");

  expect(text).toContain("nothing is started");
  expect(text).toMatch(/33,600 \(errors\)\s+about 4 min/);
  expect(text).toContain("not known");
  expect(text).toContain(
    "About 8 min until everybody has it, if nothing goes wrong. At 140 requests/s (spans, the last hour).",
  );
  expect(text).toContain("It would wait in the queue.");
});

it("says first why it would be refused, and where", () => {
  const refusals = [{ code: "rollout-invalid", sentence: "shares grow", path: "/stages/1/share" }];

  expect(renderPreview({ ...preview, plan: null, refusals }, options).join("\n")).toContain(
    "It would be refused: shares grow (/stages/1/share)",
  );
});
