import { setTimeout as sleep } from "node:timers/promises";
import { errorOf, unreachable } from "./client.ts";
import type { Connection } from "./connection.ts";

/** A frame larger than this is no event of ours: 64 signals of a rollout take some 40 kB. */
const FRAME_CHARACTERS_MAX = 4_000_000;
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 5_000;
/** The server sends a comment every 15 s: three missed ones mean that the connection is dead. */
const SILENCE_MAX_MS = 45_000;

export type StreamOptions = {
  readonly connection: Connection;
  /** Below the server's address, such as `/api/v1/rollouts/rol_…/stream`. */
  readonly path: string;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Told when the connection was lost (with why) and when it is back (`undefined`). */
  readonly onConnection: (lostBecause: string | undefined) => void;
};

/**
 * The data of each server-sent event, over as many connections as it takes: a lost one is opened again after a
 * random wait that doubles up to 5 s. Ends when the server ends the stream, or quietly when `signal` aborts.
 *
 * @throws {CliError} when the first connection fails, or the server refuses (4xx) any.
 */
export async function* followEvents(options: StreamOptions): AsyncGenerator<string> {
  let isFirst = true;
  let waitMs = RECONNECT_MIN_MS;
  while (!options.signal.aborted) {
    try {
      const response = await connect(options);
      if (!isFirst) options.onConnection(undefined);
      isFirst = false;
      waitMs = RECONNECT_MIN_MS;
      yield* readEvents(response, options.signal);
      return;
    } catch (error) {
      if (options.signal.aborted) return;
      if (isFirst || isRefusal(error))
        throw isFirst && !isRefusal(error) ? unreachable(options.connection.url, error) : error;
      options.onConnection(error instanceof Error ? error.message : String(error));
    }
    await sleep(Math.random() * waitMs, undefined, { signal: options.signal }).catch(() => {});
    waitMs = Math.min(RECONNECT_MAX_MS, waitMs * 2);
  }
}

class Refusal extends Error {}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Refusal;
}

async function connect({ connection, path, fetch, signal }: StreamOptions): Promise<Response> {
  const response = await fetch(`${connection.url}${path}`, {
    headers: { authorization: `Bearer ${connection.token}`, accept: "text/event-stream" },
    signal,
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const error = errorOf(response, body);
  if (response.status < 500) error.cause = new Refusal();
  throw error;
}

async function* readEvents(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read(), signal);
      if (done) return;
      pending += value.replaceAll("\r\n", "\n");
      if (pending.length > FRAME_CHARACTERS_MAX) throw new Error("an event of the stream is too large");
      const frames = pending.split("\n\n");
      pending = frames.pop() ?? "";
      for (const frame of frames) {
        const data = dataOf(frame);
        if (data !== "") yield data;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function withinSilence<Result>(read: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const end = new AbortController();
  const silence = sleep(SILENCE_MAX_MS, undefined, { signal: AbortSignal.any([end.signal, signal]) }).then(() => {
    throw new Error(`nothing heard for ${SILENCE_MAX_MS / 1_000} s`);
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    end.abort();
    silence.catch(() => {});
  }
}

function dataOf(frame: string): string {
  return frame
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line.startsWith("data: ") ? 6 : 5))
    .join("\n");
}
