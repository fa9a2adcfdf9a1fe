import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { STREAM_STALLED_HEARTBEATS_MAX, STREAMS_MAX, STREAMS_PER_PERSON_MAX, STREAMS_PER_TOKEN_MAX } from "./limits.ts";
import { ProblemError } from "./problem.ts";

/** A frame of `text/event-stream`. `data` may have line breaks. */
export function sseFrame(frame: {
  readonly event: string;
  readonly id?: string | number;
  readonly data: string;
}): Buffer {
  const id = frame.id === undefined ? "" : `id: ${frame.id}\n`;
  const data = frame.data.replaceAll(/\r\n|\r|\n/g, "\ndata: ");
  return Buffer.from(`${id}event: ${frame.event}\ndata: ${data}\n\n`);
}

export type Broadcast = {
  /**
   * Answers the request with a stream, beginning with `first`. A stream that `openEventStream` opened before goes on.
   *
   * @throws {ProblemError} `too-many-requests` when the token has too many streams open, `node-full` when the node has
   */
  add(request: FastifyRequest, reply: FastifyReply, first?: Buffer): void;
  /** Writes the one buffer to every consumer. */
  send(frame: Buffer): void;
  size(): number;
  /** Consumers that were disconnected because they read too slowly. */
  dropped(): number;
  /** Ends every stream, and those added later at once. */
  close(): void;
};

/** A provider waits longer by itself; who does not read this must not come back at once. */
const RETRY_AFTER_SECONDS = 10;

const HEARTBEAT = Buffer.from(": still here\n\n");

/**
 * Streams that carry the same frames.
 *
 * @param maxBufferedBytes a consumer that has more than this waiting in its socket is disconnected; it may come back. So is
 *   one that takes nothing of what waits for `STREAM_STALLED_HEARTBEATS_MAX` heartbeats
 * @param heartbeatMs a comment goes out this often, so that proxies keep the stream
 */
export function createBroadcast(options: {
  readonly maxBufferedBytes: number;
  readonly heartbeatMs: number;
}): Broadcast {
  const consumers = new Map<ServerResponse, Progress>();
  let droppedCount = 0;
  let isClosed = false;

  const drop = (consumer: ServerResponse) => {
    droppedCount += 1;
    consumers.delete(consumer);
    consumer.destroy();
  };
  const send = (frame: Buffer) => {
    for (const consumer of consumers.keys()) {
      if (consumer.writableLength > options.maxBufferedBytes) drop(consumer);
      else consumer.write(frame);
    }
  };
  const beat = () => {
    for (const [consumer, progress] of consumers) {
      const now = progressOf(consumer, progress);
      consumers.set(consumer, now);
      if (now.stalledBeats >= STREAM_STALLED_HEARTBEATS_MAX) drop(consumer);
    }
    send(HEARTBEAT);
  };
  const heartbeat = setInterval(beat, options.heartbeatMs);
  heartbeat.unref();

  return {
    add: (request, reply, first) => {
      const consumer = openEventStream(request, reply);
      if (consumer.writableEnded) return;
      if (first) consumer.write(first);
      if (isClosed) {
        consumer.end();
        return;
      }
      consumers.set(consumer, { waitingBytes: 0, stalledBeats: 0 });
      consumer.once("close", () => consumers.delete(consumer));
    },
    send,
    size: () => consumers.size,
    dropped: () => droppedCount,
    close: () => {
      isClosed = true;
      clearInterval(heartbeat);
      for (const consumer of consumers.keys()) consumer.end();
      consumers.clear();
    },
  };
}

/** What waited in a consumer's socket at a heartbeat, and how many heartbeats it has taken nothing. */
type Progress = { readonly waitingBytes: number; readonly stalledBeats: number };

function progressOf({ writableLength }: ServerResponse, before: Progress): Progress {
  const isStalled = writableLength > 0 && before.waitingBytes > 0 && writableLength >= before.waitingBytes;
  return { waitingBytes: writableLength, stalledBeats: isStalled ? before.stalledBeats + 1 : 0 };
}

type StreamLimits = { readonly ofClient: number; readonly ofPerson: number; readonly ofNode: number };

type OpenStreams = {
  total: number;
  readonly byToken: Map<string, Set<ServerResponse>>;
  readonly bySession: Map<string, Set<ServerResponse>>;
  readonly limits: StreamLimits;
};

const LIMITS: StreamLimits = {
  ofClient: STREAMS_PER_TOKEN_MAX,
  ofPerson: STREAMS_PER_PERSON_MAX,
  ofNode: STREAMS_MAX,
};

const openStreamsByServer = new WeakMap<object, OpenStreams>();

/** Bounds an HTTP server's streams otherwise than `http/limits.ts` says. Call before it listens. */
export function limitStreams(server: object, limits: StreamLimits): OpenStreams {
  const open: OpenStreams = { total: 0, byToken: new Map(), bySession: new Map(), limits };
  openStreamsByServer.set(server, open);
  return open;
}

/**
 * Takes the reply over and sends the head of an event stream. Calling it again for the same reply does nothing more. To a HEAD
 * request the answer has ended when it comes back.
 *
 * @throws {ProblemError} `too-many-requests`, `node-full`
 */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  const stream = reply.raw;
  if (stream.headersSent) return stream;
  countStream(request, stream);
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) stream.setHeader(name, value);
  }
  // Without chunks: the shared buffer goes to the socket as it is, and the stream's end is the connection's.
  stream.removeHeader("transfer-encoding");
  stream.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    connection: "close",
    "x-accel-buffering": "no",
  });
  stream.flushHeaders();
  request.raw.socket.setTimeout(0);
  request.raw.socket.setNoDelay(true);
  // A consumer that goes away while we write is no error.
  stream.on("error", () => {});
  endWithSession(request, stream);
  // Who asks for the head alone has it.
  if (request.method === "HEAD") stream.end();
  return stream;
}

/** A stream ends when the session that opened it does, by time or by signing out. */
function endWithSession(request: FastifyRequest, stream: ServerResponse): void {
  const { session } = request.principal;
  const bySession = openStreamsByServer.get(request.server.server)?.bySession;
  if (!session || !bySession) return;
  const streams = bySession.get(session.id) ?? new Set<ServerResponse>();
  bySession.set(session.id, streams.add(stream));
  const timer = setTimeout(() => stream.end(), session.leftMs);
  timer.unref();
  stream.once("close", () => {
    clearTimeout(timer);
    streams.delete(stream);
    if (streams.size === 0) bySession.delete(session.id);
  });
}

function countStream(request: FastifyRequest, stream: ServerResponse): void {
  const { server } = request.server;
  const open = openStreamsByServer.get(server) ?? limitStreams(server, LIMITS);
  const { tokenId, role } = request.principal;
  const ofToken = open.byToken.get(tokenId) ?? new Set<ServerResponse>();
  const mostOfToken = role === "client" ? open.limits.ofClient : open.limits.ofPerson;
  if (ofToken.size >= mostOfToken) {
    throw new ProblemError(
      "too-many-requests",
      `This token has ${ofToken.size} streams open on this node, which is the most for its role. Close some, or use a token for each service.`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
  if (open.total >= open.limits.ofNode) {
    throw new ProblemError(
      "node-full",
      `This node has ${open.total} streams open, which is the most it takes. Ask another node, or again later.`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }
  open.total += 1;
  open.byToken.set(tokenId, ofToken.add(stream));
  stream.once("close", () => {
    open.total -= 1;
    ofToken.delete(stream);
    if (ofToken.size === 0) open.byToken.delete(tokenId);
  });
}

/** Streams open on this HTTP server (`app.server`) now. */
export function countOpenStreams(server: object): number {
  return openStreamsByServer.get(server)?.total ?? 0;
}

/** Ends what a revoked token still reads. */
export function endStreamsOfToken(server: object, tokenId: string): void {
  for (const stream of openStreamsByServer.get(server)?.byToken.get(tokenId) ?? []) stream.end();
}

/** Ends what a browser still reads that was signed out. @param session as in `Principal.session.id` */
export function endStreamsOfSession(server: object, session: string): void {
  for (const stream of openStreamsByServer.get(server)?.bySession.get(session) ?? []) stream.end();
}
