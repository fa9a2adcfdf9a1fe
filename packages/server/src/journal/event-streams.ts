import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { STREAM_BUFFER_BYTES_MAX, STREAM_HEARTBEAT_MS, STREAM_STALLED_HEARTBEATS_MAX } from "../http/limits.ts";
import { type Broadcast, createBroadcast, openEventStream, sseFrame } from "../http/server-sent-events.ts";
import type { StoredEvent } from "./event.ts";
import type { EventFilter } from "./filter.ts";
import type { Journal } from "./journal.ts";

const EVENTS_PER_PAGE = 500;

/** Events as they are sent, in the same order. */
export type DescribeEvents = (events: readonly StoredEvent[]) => Promise<readonly { readonly seq: number }[]>;

export type EventStreams = {
  /**
   * Sends what happened after `after`, then what happens, without a gap and without repeating.
   *
   * @param after `undefined`: only what happens from now on
   */
  follow(request: FastifyRequest, reply: FastifyReply, filter: EventFilter, after: number | undefined): Promise<void>;
  close(): void;
};

/** Consumers with the same view: all events, one environment's, or what a filter lets through. */
type Channel = {
  readonly filter: EventFilter;
  readonly broadcast: Broadcast;
  /** The seq up to which the broadcast has sent. Changes in the same turn as the sending. */
  sentSeq: number;
  /** Consumers, those who still catch up included: without one the channel is let go. */
  followers: number;
};

/** One tail wakes everybody; each view that has consumers is read once for all of them. */
export async function createEventStreams(journal: Journal, describe: DescribeEvents): Promise<EventStreams> {
  let tailedSeq = await journal.headSeq();
  const channels = new Map<string, Channel>();
  /** Resolves when every channel has what the tail brought. */
  let tailed = Promise.withResolvers<void>();
  let isClosed = false;

  const join = (filter: EventFilter, stream: ServerResponse): Channel => {
    const name = nameOf(filter);
    const broadcast = () =>
      createBroadcast({ maxBufferedBytes: STREAM_BUFFER_BYTES_MAX, heartbeatMs: STREAM_HEARTBEAT_MS });
    const channel = channels.get(name) ?? { filter, broadcast: broadcast(), sentSeq: tailedSeq, followers: 0 };
    channels.set(name, channel);
    channel.followers += 1;
    stream.once("close", () => {
      channel.followers -= 1;
      if (channel.followers > 0 || channels.get(name) !== channel) return;
      channels.delete(name);
      channel.broadcast.close();
    });
    return channel;
  };

  const forward = async (channel: Channel, upTo: number): Promise<void> => {
    while (channel.sentSeq < upTo && channel.broadcast.size() > 0) {
      const page = await readRange(journal, channel.filter, channel.sentSeq, upTo, EVENTS_PER_PAGE);
      const frames = toFrames(await describe(page));
      // A consumer who joined during the reads waits at `sentSeq`, and gets these too.
      if (frames.length > 0) channel.broadcast.send(frames);
      // In the same turn as the sending: nobody falls between.
      channel.sentSeq = page.length < EVENTS_PER_PAGE ? upTo : (page.at(-1)?.seq ?? upTo);
    }
    // In the same turn as the look at who is there.
    channel.sentSeq = Math.max(channel.sentSeq, upTo);
  };

  const onNews = async (_events: readonly StoredEvent[], upToSeq: number) => {
    // First, because a channel that is made while this waits begins here.
    tailedSeq = upToSeq;
    for (const channel of channels.values()) await forward(channel, upToSeq);
    tailed.resolve();
    tailed = Promise.withResolvers<void>();
  };
  // What nobody listens to is not read.
  const stop = journal.tail(tailedSeq, onNews, []);

  return {
    follow: async (request, reply, filter, after) => {
      // A seq beyond the head is another store's: waiting for it would be for ever.
      const headSeq = await journal.headSeq();
      let cursor = Math.min(after ?? headSeq, headSeq);
      const stream = openEventStream(request, reply);
      if (stream.writableEnded) return;
      const channel = join(filter, stream);
      while (channel.sentSeq < cursor && stream.writable && !isClosed) await tailed.promise;
      while (cursor < channel.sentSeq && stream.writable) {
        const upTo = channel.sentSeq;
        const page = await readRange(journal, filter, cursor, upTo, EVENTS_PER_PAGE);
        const last = page.at(-1);
        const frames = toFrames(await describe(page));
        cursor = page.length < EVENTS_PER_PAGE || !last ? upTo : last.seq;
        if (page.length > 0 && !stream.write(frames)) await drained(stream);
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

function nameOf(filter: EventFilter): string {
  return JSON.stringify(Object.entries(filter).filter(([, value]) => value !== undefined && value !== null));
}

function readRange(
  journal: Journal,
  filter: EventFilter,
  afterSeq: number,
  upTo: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  return journal.read({ ...filter, afterSeq, beforeSeq: upTo + 1, limit, order: "asc" });
}

function toFrames(events: readonly { readonly seq: number }[]): Buffer {
  return Buffer.concat(events.map((event) => sseFrame({ event: "event", id: event.seq, data: JSON.stringify(event) })));
}

/** Until the consumer has read on, or is gone. Who reads nothing for as long as a stalled consumer may is disconnected. */
function drained(stream: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), STREAM_HEARTBEAT_MS * STREAM_STALLED_HEARTBEATS_MAX);
    const done = () => {
      clearTimeout(timer);
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
  });
}
