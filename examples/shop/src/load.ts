import { Agent, request } from "node:http";
import { parseArgs } from "node:util";

/** Connections kept open. 64 answer 5,000 requests a second of 12 ms each. */
const CONNECTIONS_MAX = 64;
/** Requests under way at once. Beyond, an arrival is skipped and counted, as users who give up. */
const IN_FLIGHT_MAX = 256;
/** How often due arrivals are sent. */
const TICK_MS = 5;
/** Behind by more than this (a machine that slept), arrivals are left out instead of sent all at once. */
const LAG_MAX_MS = 1_000;
const RESPONSE_TIMEOUT_MS = 10_000;

export type LoadOptions = {
  readonly url: string;
  readonly requestsPerSecond: number;
  /** How many different users there are. Their ids stay the same from run to run. */
  readonly users: number;
  /** Ends the load. */
  readonly signal: AbortSignal;
  readonly onSecond?: (second: LoadSecond) => void;
  /** Uniform over [0, 1). */
  readonly random?: () => number;
};

export type LoadTotals = {
  /** Requests that were answered or failed. */
  readonly finished: number;
  /** Of those, answered with 500 or more, or not at all. */
  readonly failed: number;
  /** Arrivals that found too many requests under way. */
  readonly skipped: number;
};

/** What finished within one second of the load. */
export type LoadSecond = LoadTotals & {
  /** Unix time in seconds. */
  readonly second: number;
  /** Who met a failure, in the order in which it reached them. */
  readonly failures: readonly { readonly user: string; readonly atMs: number }[];
  /** `null` when nothing finished. */
  readonly latencyMs: { readonly p50: number; readonly p95: number } | null;
};

export type Load = {
  /** Resolves after `signal` aborted and the last request finished. */
  readonly done: Promise<LoadTotals>;
};

type Visit = { readonly method: string; readonly path: string; readonly body?: string };

const CHECKOUT_BODY = JSON.stringify({ articles: ["oak-chair", "glass-lamp"] });

/** Of ten visits six buy, three search and one looks around. */
function nextVisit(random: () => number): Visit {
  const choice = random();
  if (choice < 0.6) return { method: "POST", path: "/checkout", body: CHECKOUT_BODY };
  if (choice < 0.9) return { method: "GET", path: "/search?q=lamp" };
  return { method: "GET", path: "/" };
}

/** Sends visits of simulated users: arrivals are a Poisson process, and do not wait for answers. */
export function startLoad(options: LoadOptions): Load {
  const { onSecond, requestsPerSecond, signal, url, users } = options;
  const random = options.random ?? Math.random;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const total = { finished: 0, failed: 0, skipped: 0 };
  let second = { finished: 0, failed: 0, skipped: 0 };
  let failures: { user: string; atMs: number }[] = [];
  let latenciesMs: number[] = [];
  let inFlight = 0;
  let onIdle = (): void => undefined;

  const finish = (user: string, startedAtMs: number, isFailure: boolean): void => {
    for (const counts of [total, second]) {
      counts.finished += 1;
      if (isFailure) counts.failed += 1;
    }
    if (isFailure) failures.push({ user, atMs: Date.now() });
    latenciesMs.push(performance.now() - startedAtMs);
    inFlight -= 1;
    if (inFlight === 0) onIdle();
  };

  const arrive = (): void => {
    if (inFlight >= IN_FLIGHT_MAX) {
      total.skipped += 1;
      second.skipped += 1;
      return;
    }
    inFlight += 1;
    const startedAtMs = performance.now();
    const user = `user-${String(Math.floor(random() * users)).padStart(6, "0")}`;
    void visit(agent, url, user, nextVisit(random)).then((status) => finish(user, startedAtMs, status >= 500));
  };

  let nextArrivalMs = performance.now();
  const tick = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - nextArrivalMs > LAG_MAX_MS) nextArrivalMs = nowMs;
    while (nextArrivalMs <= nowMs) {
      arrive();
      nextArrivalMs += (-Math.log(1 - random()) / requestsPerSecond) * 1000;
    }
  }, TICK_MS);
  const report = setInterval(() => {
    const sorted = latenciesMs.sort((a, b) => a - b);
    onSecond?.({ ...second, second: Math.floor(Date.now() / 1000), failures, latencyMs: percentiles(sorted) });
    failures = [];
    second = { finished: 0, failed: 0, skipped: 0 };
    latenciesMs = [];
  }, 1_000);

  const done = new Promise<LoadTotals>((resolve) => {
    const stop = (): void => {
      clearInterval(tick);
      clearInterval(report);
      onIdle = () => {
        agent.destroy();
        resolve({ ...total });
      };
      if (inFlight === 0) onIdle();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  return { done };
}

/** @returns the status; 599 when there was no answer. Never rejects. */
function visit(agent: Agent, base: string, user: string, { method, path, body }: Visit): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      "x-user-id": user,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    };
    const sent = request(`${base}${path}`, { agent, method, headers, timeout: RESPONSE_TIMEOUT_MS }, (response) => {
      response.on("end", () => resolve(response.statusCode ?? 599));
      response.on("error", () => resolve(599));
      response.resume();
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", () => resolve(599));
    sent.end(body);
  });
}

function percentiles(sorted: readonly number[]): LoadSecond["latencyMs"] {
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95) };
}

/** `node src/load.ts --url http://127.0.0.1:4700 [--rate 200] [--users 2000] [--seconds 60]`: one JSON line a second. */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      rate: { type: "string", default: "200" },
      users: { type: "string", default: "2000" },
      seconds: { type: "string", default: "60" },
    },
  });
  const [requestsPerSecond, users, seconds] = [Number(values.rate), Number(values.users), Number(values.seconds)];
  if (!values.url || !(requestsPerSecond > 0) || !(users >= 1) || !(seconds > 0)) {
    process.stderr.write("usage: load.ts --url http://127.0.0.1:4700 [--rate 200] [--users 2000] [--seconds 60]\n");
    process.exitCode = 2;
    return;
  }
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  setTimeout(() => abort.abort(), seconds * 1000).unref();
  const print = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  const { done } = startLoad({ url: values.url, requestsPerSecond, users, signal: abort.signal, onSecond: print });
  print({ event: "done", ...(await done) });
}

if (import.meta.main) await run();
