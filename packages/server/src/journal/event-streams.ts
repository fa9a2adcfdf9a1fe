import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { STREAM_BUFFER_BYTES_MAX, STREAM_HEARTBEAT_MS } from "../http/limits.ts";
import { type Broadcast, createBroadcast, openEventStream, sseFrame } from "../http/server-sent-events.ts";
import type { StoredEvent } from "./event.ts";
import type { Journal } from "./journal.ts";
import { toApiEvent } from "./to-api-event.ts";

const EVENTS_PER_PAGE = 500;

export type EventStreams = {
  /**
   * Sends what happened after `after`, then what happens, without a gap and without repeating.
   *
   * @param after `undefined`: only what happens from now on
   */
  follow(request: FastifyRequest, reply: FastifyReply, after: number | undefined): Promise<void>;
  close(): void;
};

/** Consumers with the same view: all events, or one environment's. */
type Channel = {
  readonly broadcast: Broadcast;
  /** The seq up to which the broadcast has sent. Changes in the same turn as the sending. */
  sentSeq: number;
};

/** Everybody's live events come from one tail; only catching up reads for one consumer. */
export async function createEventStreams(journal: Journal): Promise<EventStreams> {
  let tailedSeq = await journal.headSeq();
  const channels = new Map<string | null, Channel>();
  /** Resolves when every channel has what the tail brought. */
  let tailed = Promise.withResolvers<void>();
  let isClosed = false;

  const channelOf = (environment: string | null): Channel => {
    const known = channels.get(environment);
    if (known) return known;
    const broadcast = createBroadcast({ maxBufferedBytes: STREAM_BUFFER_BYTES_MAX, heartbeatMs: STREAM_HEARTBEAT_MS });
    const channel = { broadcast, sentSeq: tailedSeq };
    channels.set(environment, channel);
    return channel;
  };

  const forward = async (
    environment: string | null,
    channel: Channel,
    events: readonly StoredEvent[],
    upTo: number,
  ): Promise<void> => {
    if (channel.sentSeq >= upTo) return;
    const isRead = environment !== null && channel.broadcast.size() > 0;
    const selected = isRead ? await readRange(journal, environment, channel.sentSeq, upTo, events.length) : events;
    // A consumer who joined during the read waits at `sentSeq`, and gets these too.
    if (selected.length > 0 && (isRead || environment === null)) {
      channel.broadcast.send(Buffer.concat(selected.map(toFrame)));
    }
    channel.sentSeq = upTo;
  };

  const stop = journal.tail(tailedSeq, async (events) => {
    const last = events.at(-1);
    if (!last) return;
    // First, because a channel that is made while this waits begins here.
    tailedSeq = last.seq;
    for (const [environment, channel] of channels) await forward(environment, channel, events, last.seq);
    tailed.resolve();
    tailed = Promise.withResolvers<void>();
  });

  return {
    follow: async (request, reply, after) => {
      const { environment } = request.principal;
      const channel = channelOf(environment);
      // A seq beyond the head is another store's: waiting for it would be for ever.
      const headSeq = await journal.headSeq();
      let cursor = Math.min(after ?? headSeq, headSeq);
      const stream = openEventStream(request, reply);
      if (stream.writableEnded) return;
      while (channel.sentSeq < cursor && stream.writable && !isClosed) await tailed.promise;
      while (cursor < channel.sentSeq && stream.writable) {
        const upTo = channel.sentSeq;
        const page = await readRange(journal, environment, cursor, upTo, EVENTS_PER_PAGE);
        const last = page.at(-1);
        cursor = page.length < EVENTS_PER_PAGE || !last ? upTo : last.seq;
        if (page.length > 0 && !stream.write(Buffer.concat(page.map(toFrame)))) await drained(stream);
      }
      if (stream.writable) channel.broadcast.add(request, reply);
    },
    close: () => {
      isClosed = true;
      stop();
      tailed.resolve();
      for (const { broadcast } of channels.values()) broadcast.close();
    },
  };
}

function readRange(
  journal: Journal,
  environment: string | null,
  afterSeq: number,
  upTo: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  return journal.read({ afterSeq, beforeSeq: upTo + 1, environment, limit, order: "asc" });
}

function toFrame(event: StoredEvent): Buffer {
  return sseFrame({ event: "event", id: event.seq, data: JSON.stringify(toApiEvent(event)) });
}

/** Until the consumer has read on, or is gone. */
function drained(stream: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
  });
}
