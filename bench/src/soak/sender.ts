// Sends spans at a steady rate: `node sender.ts URL TOKEN SPANS_PER_SECOND FLAGS SECONDS`. Prints a line each second and {"event":"done"}.

import { Agent, request } from "node:http";
import { encodeRequest } from "../../../packages/server/src/protocols/otlp/trace-proto.fixture.ts";

const [url = "", token = "", rate = "", flagCount = "", duration = ""] = process.argv.slice(2);
const flags = Number(flagCount);
const SENDS_PER_SECOND = 10;
const SPANS_PER_SEND = Number(rate) / SENDS_PER_SECOND;
const BODIES = 10;
/** Of each flag's spans; the rest has the baseline. */
const ONE_CANDIDATE_IN = 10;
const ONE_FAILURE_IN = 499;
/** Sends under way at once. Beyond, a send is left out and counted: the exporter of a service drops, too. */
const IN_FLIGHT_MAX = 20;

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX });
const bodies = Array.from({ length: BODIES }, (_, index) => makeBody(index));
const totals = { acknowledged: 0, refused: 0, leftOut: 0, slowestMs: 0 };
let inFlight = 0;

function makeBody(body: number): Buffer {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const endNs = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: SPANS_PER_SEND }, (_, index) => {
    const number = body * SPANS_PER_SEND + index;
    const turn = body * Math.floor(SPANS_PER_SEND / flags) + Math.floor(index / flags);
    const latencyNs = BigInt(5_000_000 + ((number * 7_919) % 90_000_000));
    return {
      traceId: Buffer.from((number * 2_654_435_761).toString(16).padStart(32, "0").slice(-32), "hex"),
      spanId: Buffer.from((number + 1).toString(16).padStart(16, "0"), "hex"),
      name: "GET /",
      kind: 2,
      startTimeUnixNano: String(endNs - latencyNs),
      endTimeUnixNano: String(endNs),
      attributes: [
        text("http.route", "/"),
        text("feature_flag.key", `flag-${index % flags}`),
        text("feature_flag.result.variant", turn % ONE_CANDIDATE_IN === 0 ? "on" : "off"),
      ],
      status: number % ONE_FAILURE_IN === 0 ? { code: 2 } : {},
    };
  });
  const resource = { attributes: [text("service.name", "soak"), text("deployment.environment.name", "production")] };
  return encodeRequest({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
}

function send(body: Buffer): void {
  if (inFlight >= IN_FLIGHT_MAX) {
    totals.leftOut += SPANS_PER_SEND;
    return;
  }
  inFlight += 1;
  const startedMs = performance.now();
  const settle = (isTaken: boolean): void => {
    inFlight -= 1;
    totals.slowestMs = Math.max(totals.slowestMs, performance.now() - startedMs);
    if (isTaken) totals.acknowledged += SPANS_PER_SEND;
    else totals.refused += SPANS_PER_SEND;
  };
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/x-protobuf",
    "content-length": body.length,
  };
  const sent = request(`${url}/v1/traces`, { method: "POST", agent, headers }, (response) => {
    response.resume();
    response.once("end", () => settle(response.statusCode === 200));
  });
  sent.once("error", () => settle(false));
  sent.end(body);
}

const startedMs = performance.now();
let sends = 0;
const timer = setInterval(() => {
  const elapsedSeconds = (performance.now() - startedMs) / 1_000;
  const due = Math.floor(Math.min(elapsedSeconds, Number(duration)) * SENDS_PER_SECOND);
  for (; sends < due; sends += 1) send(bodies[sends % BODIES] ?? Buffer.alloc(0));
  if (elapsedSeconds < Number(duration) || inFlight > 0) return;
  clearInterval(timer);
  agent.destroy();
  console.log(JSON.stringify({ event: "done", ...totals, seconds: elapsedSeconds }));
}, 20);
