import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { FlagDocument } from "@steadfast/core/flags/definition";

export const ENVIRONMENT = "production";
export const TOKEN = "stf_test";

const SNAPSHOT = `/api/v1/environments/${ENVIRONMENT}/snapshot`;

export type Received = { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: string };

/** A small real HTTP server that speaks the snapshot, acknowledgement and observation endpoints. */
export class SnapshotPeer {
  readonly received: Received[] = [];
  /** Status to answer instead, by the end of the path: `stream`, `snapshot`, `applied`, `observations`. */
  readonly refuse = new Map<string, { status: number; retryAfter?: string }>();
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #waiters = new Set<() => void>();
  #document: FlagDocument;
  /** What streams and polls answer instead of a snapshot. */
  #raw: string | undefined;

  private constructor(server: Server, document: FlagDocument) {
    this.#server = server;
    this.#document = document;
    server.on("request", (request, response) => void this.#answer(request, response));
  }

  static async start(document: FlagDocument, port = 0): Promise<SnapshotPeer> {
    const server = createServer();
    const peer = new SnapshotPeer(server, document);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  publish(document: FlagDocument): void {
    this.#document = document;
    this.#raw = undefined;
    for (const stream of this.#streams) stream.write(this.#event());
  }

  /** Sends text as it is on every stream. */
  send(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  publishRaw(raw: string): void {
    this.#raw = raw;
    for (const stream of this.#streams) stream.write(this.#event());
  }

  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  requests(end: string): Received[] {
    return this.received.filter(({ path }) => path.endsWith(end));
  }

  /** Resolves when `isSo`, which is looked at after each request. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#waiters.add(resolve);
      });
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? "";
    this.received.push({ path, headers: request.headers, body });
    const refusal = [...this.refuse].find(([end]) => path.endsWith(end))?.[1];
    if (request.headers.authorization !== `Bearer ${TOKEN}`) response.writeHead(401).end();
    else if (refusal) {
      response.writeHead(refusal.status, refusal.retryAfter ? { "retry-after": refusal.retryAfter } : {}).end();
    } else if (path === `${SNAPSHOT}/stream`) this.#openStream(response);
    else if (path === SNAPSHOT) this.#answerSnapshot(request, response);
    else if (path === `${SNAPSHOT}/applied`) response.writeHead(204).end();
    else if (path === "/api/v1/observations") response.writeHead(202).end('{"accepted":1,"dropped":[]}');
    else response.writeHead(404).end();
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    response.write(this.#event());
  }

  #answerSnapshot(request: IncomingMessage, response: ServerResponse): void {
    if (this.#raw === undefined && request.headers["if-none-match"] === this.#etag()) response.writeHead(304).end();
    else {
      response.writeHead(200, { "content-type": "application/json", etag: this.#etag() });
      response.end(this.#raw ?? JSON.stringify(this.#document));
    }
  }

  #event(): string {
    const version = Number(this.#document.metadata?.version ?? 0);
    const data = this.#raw ?? JSON.stringify({ version, etag: this.#etag(), snapshot: this.#document });
    return `event: snapshot\nid: ${version}\ndata: ${data}\n\n`;
  }

  #etag(): string {
    return `"v${this.#document.metadata?.version}"`;
  }
}

/** A document with one boolean flag `new-checkout` that answers `variant`, and a few others. */
export function documentOf(version: number, variant: "on" | "off" = "off"): FlagDocument {
  return {
    flags: {
      "new-checkout": { state: "ENABLED", variants: { on: true, off: false }, defaultVariant: variant },
      theme: { state: "ENABLED", variants: { dark: "dark", light: "light" }, defaultVariant: "dark" },
      limit: { state: "ENABLED", variants: { low: 10, high: 100 }, defaultVariant: "low" },
      layout: { state: "ENABLED", variants: { wide: { columns: 3 } }, defaultVariant: "wide" },
      gone: { state: "DISABLED", variants: { on: true }, defaultVariant: "on" },
      beta: {
        state: "ENABLED",
        variants: { on: true, off: false },
        defaultVariant: "off",
        targeting: { if: [{ ends_with: [{ var: "email" }, "@acme.com"] }, "on", null] },
      },
    },
    metadata: { flagSetId: ENVIRONMENT, version: String(version) },
  };
}
