import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Io } from "./io.ts";
import { runProgram } from "./program.ts";
import type { Rollout } from "./types.ts";

export const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

export type Run = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs a command line without a terminal, and reads what it would show. */
export async function runCli(args: readonly string[], env: Io["env"] = {}, answer?: string): Promise<Run> {
  let exitCode = 0;
  let stdout = "";
  let stderr = "";
  const io: Io = {
    stdout: { write: (text) => (stdout += text), columns: 100 },
    stderr: { write: (text) => (stderr += text), columns: 100 },
    // Nothing of the machine's own login may reach a test.
    env: { XDG_CONFIG_HOME: "/nonexistent", ...env },
    nowMs: () => NOW_MS,
    fetch: globalThis.fetch,
    ask: answer === undefined ? undefined : async () => answer,
    onInterrupt: () => () => {},
    setExitCode: (code) => {
      exitCode = code;
    },
    exitNow: () => {},
  };
  await runProgram(args, io, { startServer: () => Promise.reject(new Error("not here")) });
  return { exitCode, stdout, stderr };
}

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
};
type Answer = { readonly status: number; readonly body?: unknown } | ((response: ServerResponse) => void);

/** A real HTTP server on the loopback interface that answers as told, and remembers what it was asked. */
export async function startAnswering(answers: (request: Received) => Answer): Promise<{
  readonly env: Io["env"];
  readonly received: readonly Received[];
  close(): Promise<void>;
}> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const asked = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    received.push(asked);
    const answer = answers(asked);
    if (typeof answer === "function") {
      answer(response);
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    env: { STEADFAST_URL: `http://127.0.0.1:${port}`, STEADFAST_TOKEN: "sfd_test" },
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const ACTOR = { kind: "token", id: "tok_1", name: "Ada" } as const;

/** A rollout at its second stage, with a verdict and two signals. */
export const ROLLOUT: Rollout = {
  id: "rol_01M7Y4JK8M2Z7HW799Y1",
  kind: "flag",
  environment: "production",
  flag: "new-checkout",
  service: "shop",
  baseline: "off",
  candidate: "on",
  state: "running",
  stage: 2,
  share: 0.1,
  stages: [
    { share: 0.01, audience: null, catches: { failureRate: 0.2 }, minSeconds: 60 },
    { share: 0.1, audience: null, catches: { failureRate: 0.02 }, minSeconds: 120 },
    { share: 0.5, audience: null, catches: { failureRate: 0.005 }, minSeconds: 300 },
    { share: 1, audience: null, catches: null, minSeconds: 0 },
  ],
  guard: {
    alpha: 0.001,
    signals: [
      { name: "errors", kind: "failure-rate", source: "spans", weight: 0.625, tolerance: { ratio: 1.1, add: 0.0002 } },
      { name: "latency", kind: "latency", source: "spans", weight: 0.375, tolerance: { ratio: 1.05 } },
    ],
  },
  onRegression: "roll-back",
  mode: "act",
  reason: "faster checkout",
  startedBy: ACTOR,
  createdAt: "2026-11-21T11:56:00.000Z",
  startedAt: "2026-11-21T11:56:00.000Z",
  stageSince: "2026-11-21T11:58:30.000Z",
  endedAt: null,
  endReason: null,
  endedBy: null,
  watchedUntil: null,
  waitsFor: null,
  judgingFault: null,
  needsPerson: null,
  decision: {
    verdict: "wait",
    cause: "gathering-evidence",
    sentence: "3 of 1,204 candidate requests failed; of the baseline 12 of 10,920.",
    at: "2026-11-21T11:59:59.000Z",
    tick: 240,
    stage: 2,
    share: 0.1,
    evidence: 2.1,
    logEvidence: Math.log(2.1),
    gate: { exposure: 1_200, neededExposure: 3_423, signal: "errors", floorSecondsLeft: 30, projectedSeconds: 118 },
  },
  signals: [
    {
      name: "errors",
      kind: "failure-rate",
      source: "spans",
      weight: 0.625,
      logEvidence: Math.log(3),
      baseline: { requests: 10_920, failures: 12, failureRate: 12 / 10_920, latencyMs: null },
      candidate: { requests: 1_204, failures: 3, failureRate: 3 / 1_204, latencyMs: null },
      band: { low: 0.41, high: 9.3 },
      designEffect: 1,
      smallestRegressionCaught: 0.03,
      silentSeconds: 1,
      cadenceSeconds: 1,
    },
    {
      name: "latency",
      kind: "latency",
      source: "spans",
      weight: 0.375,
      logEvidence: Math.log(0.5),
      baseline: { requests: 10_920, failures: 0, failureRate: null, latencyMs: { p50: 4.4, p95: 12, p99: 31 } },
      candidate: { requests: 1_204, failures: 0, failureRate: null, latencyMs: { p50: 4.6, p95: 13, p99: 1_210 } },
      band: null,
      designEffect: 1,
      smallestRegressionCaught: null,
      silentSeconds: 1,
      cadenceSeconds: 1,
    },
  ],
  shadow: { canaries: 10, falseAlarms: 0, maxLogEvidence: 0 },
  salt: "on",
  bucketing: "fractional-v2",
  version: 5,
};
