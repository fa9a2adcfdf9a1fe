import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { OpenFeature } from "@openfeature/server-sdk";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";
import { SteadfastProvider } from "@steadfast/openfeature-provider";
import type { ShopConfig } from "./config.ts";
import { type Fault, parseFault } from "./faults.ts";
import { type Answer, ROUTES, type RouteDeps } from "./routes.ts";
import { startTelemetry, type Telemetry } from "./telemetry.ts";

/** A basket is small. */
const BODY_BYTES_MAX = 64 * 1024;

export type Shop = {
  readonly url: string;
  /** Answers what is under way, sends what was measured, and lets go of everything. */
  readonly close: () => Promise<void>;
};

export type ShopExtras = {
  readonly random?: () => number;
  /** Instead of sending spans over OTLP. */
  readonly spanProcessor?: SpanProcessor;
  readonly onWarning?: (message: string) => void;
};

/** Starts the shop on the loopback interface. It also starts when the flags' server is away. */
export async function startShop(config: ShopConfig, extras: ShopExtras = {}): Promise<Shop> {
  const telemetry = startTelemetry({
    ...config,
    ...(extras.spanProcessor ? { exporter: extras.spanProcessor } : {}),
  });
  const provider = new SteadfastProvider({
    url: config.steadfastUrl,
    token: config.steadfastToken,
    environment: config.environment,
    instanceName: "shop",
  });
  await OpenFeature.setProviderAndWait(provider).catch((error: unknown) => extras.onWarning?.(String(error)));

  const faults = new Map<string, Fault>(config.faults);
  const deps: RouteDeps = {
    flags: OpenFeature.getClient(),
    fault: (flag) => faults.get(flag),
    random: extras.random ?? Math.random,
  };
  const server = createServer((request, response) => {
    if (request.url === "/demo/faults") {
      // Who goes away while it is read has no use for an answer.
      answerFaults(request, response, faults).catch(() => response.destroy());
    } else void answer(request, response, { deps, provider, telemetry });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, "127.0.0.1", resolve);
  });

  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      // The last spans are lost when nobody takes them; the shop ends all the same.
      const sent = telemetry.shutdown().catch((error: unknown) => extras.onWarning?.(`spans: ${String(error)}`));
      await Promise.all([OpenFeature.close(), sent]);
    },
  };
}

type AnswerDeps = {
  readonly deps: RouteDeps;
  readonly provider: SteadfastProvider;
  readonly telemetry: Telemetry;
};

/** Answers one request in a SERVER span, which the provider's hook annotates with the flags that were asked. */
async function answer(request: IncomingMessage, response: ServerResponse, all: AnswerDeps): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const method = request.method ?? "GET";
  const handler = ROUTES.get(`${method} ${path}`);
  const header = request.headers["x-user-id"];
  const user = typeof header === "string" && header !== "" ? header : "anonymous";
  const span = all.telemetry.tracer.startSpan(handler ? `${method} ${path}` : method, {
    kind: SpanKind.SERVER,
    attributes: { "http.request.method": method, ...(handler ? { "http.route": path } : {}) },
  });
  const observed = all.provider.startRequest(user);

  const { status, body } = await context.with(trace.setSpan(context.active(), span), () =>
    observed.run(async (): Promise<Answer> => {
      try {
        if (!handler) return { status: 404, body: { error: `there is no ${method} ${path}` } };
        const text = await readBody(request);
        if (text === undefined) return { status: 413, body: { error: `send at most ${BODY_BYTES_MAX} bytes` } };
        return await handler({ user, query: new URLSearchParams(query), body: text }, all.deps);
      } catch (error) {
        return { status: 500, body: { error: error instanceof Error ? error.message : String(error) } };
      }
    }),
  );
  send(response, status, body);
  span.setAttribute("http.response.status_code", status);
  if (status >= 500) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    observed.markFailed();
  }
  span.end();
  observed.end();
}

/** The demo's switch: which new code has which bug. Only reachable on the loopback interface, as the whole shop. */
async function answerFaults(
  request: IncomingMessage,
  response: ServerResponse,
  faults: Map<string, Fault>,
): Promise<void> {
  if (request.method === "POST") {
    const parsed = parseFault(parseJson((await readBody(request)) ?? ""));
    if (!parsed.ok) return send(response, 400, { error: parsed.message });
    faults.set(parsed.flag, parsed.fault);
  } else if (request.method !== "GET") return send(response, 405, { error: "GET or POST" });
  send(response, 200, { faults: Object.fromEntries(faults) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
}

/** @returns `undefined` when it is larger than `BODY_BYTES_MAX` */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    // Read to its end all the same: leaving would close the connection before the answer.
    if (bytes <= BODY_BYTES_MAX) chunks.push(part);
  }
  return bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
