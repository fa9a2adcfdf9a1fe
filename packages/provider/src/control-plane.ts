import type { Observation } from "./observation.ts";

/** Beyond this a request has failed. Streams have their own watch over silence. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** The largest snapshot that is read. The server refuses to publish one above 4 MB. */
export const SNAPSHOT_BYTES_MAX = 8 * 1024 * 1024;

export type Applied = { readonly instance: string; readonly name: string; readonly version: number };

/** The requests that a client makes to the server. Every one may reject as `fetch` does. */
export type ControlPlane = {
  readonly openStream: (signal: AbortSignal) => Promise<Response>;
  readonly fetchSnapshot: (etag: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly postApplied: (applied: Applied, signal: AbortSignal) => Promise<Response>;
  readonly postObservations: (
    observations: readonly Observation[],
    idempotencyKey: string,
    signal: AbortSignal,
  ) => Promise<Response>;
};

export type ControlPlaneOptions = {
  /** Such as `http://localhost:4400`. */
  readonly url: string;
  readonly token: string;
  readonly environment: string;
  readonly fetch: typeof fetch;
};

/** @throws {TypeError} when `url` is not an http or https address */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const base = parseBase(options.url);
  const snapshotUrl = `${base}/api/v1/environments/${encodeURIComponent(options.environment)}/snapshot`;
  const authorization = `Bearer ${options.token}`;
  const post = (url: string, body: unknown, signal: AbortSignal, more: Record<string, string> = {}) =>
    options.fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": "application/json", ...more },
      body: JSON.stringify(body),
      signal,
    });

  return {
    openStream: (signal) =>
      options.fetch(`${snapshotUrl}/stream`, { headers: { authorization, accept: "text/event-stream" }, signal }),
    fetchSnapshot: (etag, signal) =>
      options.fetch(snapshotUrl, {
        headers: {
          authorization,
          accept: "application/json",
          ...(etag === undefined ? {} : { "if-none-match": etag }),
        },
        signal,
      }),
    postApplied: (applied, signal) => post(`${snapshotUrl}/applied`, applied, signal),
    postObservations: (observations, idempotencyKey, signal) =>
      post(`${base}/api/v1/observations`, { observations }, signal, { "idempotency-key": idempotencyKey }),
  };
}

/** What went wrong in words that tell what to do. The token is never part of it. */
export function describeRefusal(status: number, environment: string): string {
  if (status === 401) return "the server refused the token (401): give a token that is not revoked";
  if (status === 403) {
    return `the token may not read the environment "${environment}" (403): give a client token of that environment`;
  }
  if (status === 404) return `the server knows no environment "${environment}" (404): check its key and the url`;
  return `the server answered ${status}`;
}

export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  // fetch says only "fetch failed"; what happened is in the cause, and where a host has several addresses in the cause's parts.
  if (cause instanceof AggregateError) return `${message}: ${cause.errors.map(describeFailure).join(", ")}`;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Gives the connection back without reading what is left of the answer. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/**
 * Reads a body as text, up to a bound.
 *
 * @throws {RangeError} when it is larger
 */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RangeError(`the answer was larger than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseBase(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new TypeError(`url: "${url}" is not an address; give one such as http://localhost:4400`);
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
}
