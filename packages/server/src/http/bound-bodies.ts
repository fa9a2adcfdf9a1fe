import { Transform } from "node:stream";
import type { FastifyRequest } from "fastify";
import type { App, BodyShare } from "./app-type.ts";
import { BODY_BYTES_UNDER_WAY_MAX, BODY_BYTES_UNDER_WAY_PER_TOKEN_MAX } from "./limits.ts";
import { ProblemError } from "./problem.ts";

const RETRY_AFTER_SECONDS = 1;

/** One account for everybody who has no token. */
const NOBODY = "";

type Limits = { readonly ofToken: number; readonly ofNode: number };

/**
 * Bounds the bytes of bodies that are under way at once, by token and in all: what a body says it is when it begins, and
 * what has come of one that does not say. Unpacking adds at most four bodies, the threads that unpack. Call after
 * `authenticate`.
 */
export function boundBodies(
  app: App,
  limits: Limits = { ofToken: BODY_BYTES_UNDER_WAY_PER_TOKEN_MAX, ofNode: BODY_BYTES_UNDER_WAY_MAX },
): BodyAccount {
  const account = new BodyAccount(limits);
  app.decorateRequest("bodyShare", null);
  const release = (request: FastifyRequest) => {
    const share = request.bodyShare;
    if (!share) return;
    request.bodyShare = null;
    account.release(share);
  };

  app.addHook("onRequest", (request, reply, done) => {
    const isChunked = request.headers["transfer-encoding"] !== undefined;
    const bytes = Number(request.headers["content-length"] ?? 0);
    if (!isChunked && !(bytes > 0)) return done();
    const share = { tokenId: request.admitted?.tokenId ?? NOBODY, bytes: 0 };
    account.take(share, bytes);
    request.bodyShare = share;
    // Whichever comes first: an answer, or a sender that goes away.
    reply.raw.once("close", () => release(request));
    done();
  });

  app.addHook("preParsing", (request, _reply, payload, done) => {
    const share = request.bodyShare;
    if (!share || request.headers["transfer-encoding"] === undefined) return done(null, payload);
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, passOn) => {
        try {
          account.take(share, chunk.length);
          passOn(null, chunk);
        } catch (error) {
          passOn(error instanceof Error ? error : new Error("a body could not be counted"));
        }
      },
    });
    payload.once("error", (error: Error) => counted.destroy(error));
    done(null, payload.pipe(counted));
  });

  app.addHook("onResponse", (request, _reply, done) => {
    release(request);
    done();
  });
  return account;
}

/** Counts bytes by token and in all. */
export class BodyAccount {
  readonly #limits: Limits;
  readonly #byToken = new Map<string, number>();
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  hasRoomFor(tokenId: string, bytes: number): boolean {
    const ofToken = (this.#byToken.get(tokenId) ?? 0) + bytes;
    return ofToken <= this.#limits.ofToken && this.#bytes + bytes <= this.#limits.ofNode;
  }

  /** @throws {ProblemError} `too-many-requests`, `node-full`; nothing is taken then */
  take(share: BodyShare, bytes: number): void {
    const ofToken = (this.#byToken.get(share.tokenId) ?? 0) + bytes;
    if (ofToken > this.#limits.ofToken) {
      throw new ProblemError(
        "too-many-requests",
        `This token has more than ${this.#limits.ofToken} bytes of bodies under way on this node. Send less at once, or one after the other.`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    }
    if (this.#bytes + bytes > this.#limits.ofNode) {
      throw new ProblemError(
        "node-full",
        `More than ${this.#limits.ofNode} bytes of bodies are under way on this node. Send it again in a moment.`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    }
    this.#byToken.set(share.tokenId, ofToken);
    this.#bytes += bytes;
    share.bytes += bytes;
  }

  release({ tokenId, bytes }: BodyShare): void {
    const left = (this.#byToken.get(tokenId) ?? 0) - bytes;
    if (left > 0) this.#byToken.set(tokenId, left);
    else this.#byToken.delete(tokenId);
    this.#bytes -= bytes;
  }
}
