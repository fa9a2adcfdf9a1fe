import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** A forge's API on loopback: pages with `Link` headers, and limits and failures as told. GitLab's is at `url` and `/v4`. */
export type ForgeServer = {
  readonly url: string;
  /** Every request so far, as `path?query`. */
  readonly asked: readonly string[];
  /** Answers the next request whose path holds this otherwise, once. */
  failOnce(part: string, answer: Answer): void;
  stop(): Promise<void>;
};

/**
 * @param objects what it has, by path without the query: a list is served in pages, a function asked with the body that was sent, anything else as it is
 * @param isAllowed whether a request carries the token
 */
export async function startForgeServer(
  objects: Readonly<Record<string, unknown>>,
  isAllowed: (request: IncomingMessage) => boolean,
): Promise<ForgeServer> {
  const asked: string[] = [];
  const failures: { part: string; answer: Answer }[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://forge");
    asked.push(`${url.pathname}${url.search}`);
    const failing = failures.findIndex(({ part }) => url.pathname.includes(part));
    const [failure] = failing < 0 ? [] : failures.splice(failing, 1);
    const sent = await text(request);
    send(response, failure?.answer ?? (isAllowed(request) ? answerTo(url, objects, sent) : { status: 401, body: {} }));
  });
  const { url, stop } = await listenOnLoopback(server);
  return { url: `${url}/api`, asked, stop, failOnce: (part, answer) => void failures.push({ part, answer }) };
}

export async function listenOnLoopback(server: Server): Promise<{ readonly url: string; stop(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answerTo(url: URL, objects: Readonly<Record<string, unknown>>, sent: string): Answer {
  const path = decodeURIComponent(url.pathname.replace(/^\/api\/(v4\/)?/, ""));
  const found = objects[path];
  if (typeof found === "function") return { status: 200, body: found(JSON.parse(sent)) };
  if (found === undefined) return { status: 404, body: { message: "Not Found" } };
  if (!Array.isArray(found)) return { status: 200, body: found };
  // Pages of two, whatever is asked for: then there are some to follow.
  const page = Number(url.searchParams.get("page") ?? 1);
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  const link = found.length > page * 2 ? { link: `<${next.pathname}${next.search}>; rel="next"` } : undefined;
  return { status: 200, body: found.slice(page * 2 - 2, page * 2), ...(link ? { headers: link } : {}) };
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the forge has no port");
  return address.port;
}
