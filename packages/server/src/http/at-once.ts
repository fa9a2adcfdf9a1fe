import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Capability, Principal } from "./access-rule.ts";
import type { App } from "./app-type.ts";
import type { AnswerAtOnce, AnswersAtOnce, AskedAtOnce } from "./asked-at-once.ts";
import { admitAtOnce } from "./authenticate.ts";
import type { BodyAccount } from "./bound-bodies.ts";
import { GUARD_HEADERS } from "./guard-answers.ts";
import { checkJson } from "./json-body.ts";

type Observe = (seconds: number) => void;

export type AtOnceDeps = {
  /** Whom memory knows by a token's SHA-256. */
  readonly findInMemory: (secretHash: string) => Principal | undefined;
  readonly bodies: BodyAccount;
  /** What counts the answers of one kind, in seconds. */
  readonly observerOf: (series: {
    readonly method: string;
    readonly route: string;
    readonly status: string;
  }) => Observe;
};

type Route = {
  readonly url: string;
  /** Its path up to the parameter. */
  readonly prefix: string;
  readonly access: Capability;
  readonly bodyBytesMax: number;
  readonly answer: AnswersAtOnce;
  /** By status. */
  readonly observers: Map<number, Observe>;
};

const METHOD = "POST";
/** What no decoding changes, and no router reads in another way. */
const PLAIN_PARAMETER = /^[\w.-]+$/;
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
/** Bodies in which a forbidden key, or NUL, may be written in any way: they are looked at with care. */
const NEEDS_CARE = /\\u|__proto__|constructor/;

/**
 * Answers the routes that have `config.atOnce` before Fastify is asked, where there is nothing to say but the answer: a
 * token that memory knows and that may do this, and a whole body of JSON within every limit. Everything else Fastify gets as
 * if nobody had looked at it, so that each refusal, limit and wait is its hooks' and handlers' alone.
 *
 * Call before any route. It sees what comes through a port, and no `inject`.
 */
export function answerAtOnce(app: App, deps: AtOnceDeps): void {
  const routes = collectRoutes(app);
  let isClosing = false;
  app.addHook("preClose", (done) => {
    isClosing = true;
    done();
  });

  const answer = (request: IncomingMessage, response: ServerResponse, route: Route, startedMs: number) => {
    // Its sender has gone.
    if (request.destroyed) return;
    const found = isClosing ? undefined : tryToAnswer(request, route, deps);
    if (!found) return app.routing(request, response);
    send(response, found);
    observerOf(route, found.status, deps)((performance.now() - startedMs) / 1_000);
  };

  app.server.off("request", app.routing);
  app.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const route = routes.find((each) => isFor(each, request));
    if (!route) return app.routing(request, response);
    // A body mostly comes with its head. By then Node has read both, as it has the other requests of this moment.
    setImmediate(answer, request, response, route, performance.now());
  });
}

function collectRoutes(app: App): readonly Route[] {
  const routes: Route[] = [];
  app.addHook("onRoute", ({ method, url, bodyLimit, config }) => {
    if (config?.atOnce === undefined) return;
    const { access, atOnce } = config;
    if (method !== METHOD || bodyLimit === undefined || access === undefined) {
      throw new Error(
        `the route ${url} cannot be answered at once: it is no ${METHOD}, or says no bodyLimit or access`,
      );
    }
    const [prefix = url] = url.split(":");
    routes.push({ url, prefix, access, bodyBytesMax: bodyLimit, answer: atOnce, observers: new Map() });
  });
  return routes;
}

/** By the head alone. */
function isFor({ url, prefix, bodyBytesMax }: Route, request: IncomingMessage): boolean {
  const path = request.url ?? "";
  const isPath =
    url === prefix ? path === url : path.startsWith(prefix) && PLAIN_PARAMETER.test(path.slice(prefix.length));
  if (!isPath || request.method !== METHOD || request.httpVersion !== "1.1") return false;
  const { headers } = request;
  if (headers.host === undefined || headers["content-encoding"] !== undefined) return false;
  const bytes = Number(headers["content-length"]);
  return bytes > 0 && bytes <= bodyBytesMax && JSON_TYPE.test(headers["content-type"] ?? "");
}

/** Takes nothing from the request unless there is an answer. */
function tryToAnswer(request: IncomingMessage, route: Route, deps: AtOnceDeps): AnswerAtOnce | undefined {
  const { headers, url = "" } = request;
  const bytes = Number(headers["content-length"]);
  if (!request.complete || request.readableLength !== bytes) return undefined;
  const principal = admitAtOnce(headers, route.access, deps.findInMemory);
  if (!principal || !deps.bodies.hasRoomFor(principal.tokenId, bytes)) return undefined;
  const read: unknown = request.read();
  if (!Buffer.isBuffer(read)) return undefined;
  const found = answerOf(route, { principal, headers, parameter: url.slice(route.prefix.length) }, read);
  if (!found) request.unshift(read);
  return found;
}

function answerOf(route: Route, asked: Omit<AskedAtOnce, "body">, read: Buffer): AnswerAtOnce | undefined {
  const text = read.toString("utf8");
  if (NEEDS_CARE.test(text)) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    checkJson(body);
    return route.answer({ ...asked, body });
  } catch {
    // The route's handler finds the same, and answers or logs it.
    return undefined;
  }
}

function send(response: ServerResponse, { status, etag, json }: AnswerAtOnce): void {
  const headers: OutgoingHttpHeaders = { ...GUARD_HEADERS };
  if (etag !== undefined) headers.etag = etag;
  if (status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  headers["content-type"] = "application/json; charset=utf-8";
  headers["content-length"] = Buffer.byteLength(json);
  response.writeHead(status, headers).end(json);
}

function observerOf(route: Route, status: number, deps: AtOnceDeps): Observe {
  const known = route.observers.get(status);
  if (known) return known;
  const observe = deps.observerOf({ method: METHOD, route: route.url, status: String(status) });
  route.observers.set(status, observe);
  return observe;
}
