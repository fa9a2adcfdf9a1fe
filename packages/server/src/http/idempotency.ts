import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Transaction } from "kysely";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { App } from "./app-type.ts";
import { IDEMPOTENCY_AGE_MS, IDEMPOTENCY_KEY_CHARACTERS_MAX } from "./limits.ts";
import { ProblemError } from "./problem.ts";

const UNSAFE_METHODS: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** What a row stands for; any other status is that of the answer it holds. */
const RUNNING = 0;
/** The request has written, in the transaction that says so here, and its answer is on the way. */
const WRITTEN = 1;
/** As before, but the server stopped before it answered. */
const ANSWER_LOST = 2;

/** After this long a request that "runs" has died with its node. Twice the request timeout. */
const RUNNING_AGE_MS = 60_000;

const PRUNE_EVERY_MS = 10 * 60_000;

const KEPT_HEADERS = ["content-type", "etag", "location"] as const;

const keptAnswer = z.object({ headers: z.record(z.string(), z.string()), payload: z.string() });

type Claim = { readonly tokenId: string; readonly key: string; readonly claimedAtMs: number };

type KeptAnswer = { readonly status: number; readonly answer: z.infer<typeof keptAnswer> };

const claimOfRequest = new AsyncLocalStorage<Claim>();

/**
 * Notes, in the transaction that writes, that the request under way has written: whatever becomes of its answer, the
 * same key never writes again. To be called with every transaction that appends to the journal.
 *
 * @throws {ProblemError} `write-conflict` when this request was taken for dead and another one runs in its place
 */
export async function noteWritten(trx: Transaction<Tables>): Promise<void> {
  const claim = claimOfRequest.getStore();
  if (!claim) return;
  const { numUpdatedRows } = await trx
    .updateTable("idempotent_response")
    .set({ status: WRITTEN })
    .where("token_id", "=", claim.tokenId)
    .where("key", "=", claim.key)
    .where("created_at_ms", "=", claim.claimedAtMs)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw stillRunning();
}

/**
 * Honours `Idempotency-Key` on writes of `/api/v1`: the same key and request get the stored answer, marked
 * `idempotency-replayed: true`; only one of them runs, on any node, and a crash at any moment does not make it run twice.
 * A refused request (status 400 and above) is not kept: it changed nothing and may be tried again. Call after
 * `authenticate`, before any route.
 *
 * @throws {ProblemError} `idempotency-key-reused` for another request, `write-conflict` while the first still runs,
 *   `answer-lost` when the first has written and the server stopped before it answered
 */
export function keepIdempotentAnswers(
  app: App,
  deps: { readonly database: Database; readonly nowMs: () => number },
): void {
  const claims = new WeakMap<FastifyRequest, Claim>();
  let prunedAtMs = 0;

  // The embedded store has one owner: what "runs" at its start died with the owner before.
  if (deps.database.kind === "sqlite") {
    app.addHook("onReady", async () => {
      const { db } = deps.database;
      await db.deleteFrom("idempotent_response").where("status", "=", RUNNING).execute();
      await db.updateTable("idempotent_response").set({ status: ANSWER_LOST }).where("status", "=", WRITTEN).execute();
    });
  }

  /** @returns the claim to run under, `undefined` without a key; or the answer that is kept */
  const claimFor = async (request: FastifyRequest): Promise<Claim | KeptAnswer | undefined> => {
    const key = readKey(request);
    if (key === undefined) return undefined;
    const nowMs = deps.nowMs();
    if (nowMs - prunedAtMs > PRUNE_EVERY_MS) {
      prunedAtMs = nowMs;
      await prune(deps.database, nowMs);
    }
    const claim = { tokenId: request.principal.tokenId, key, claimedAtMs: nowMs };
    const kept = await claimKey(deps.database, claim, hashRequest(request));
    return kept ? { status: kept.status, answer: keptAnswer.parse(JSON.parse(kept.body)) } : claim;
  };

  // With a callback, so that the handler runs inside the claim.
  app.addHook("preHandler", (request, reply, done) => {
    // Without a promise for all that bring no key: evaluations do not.
    if (request.headers["idempotency-key"] === undefined) return done();
    claimFor(request).then((found) => {
      if (found === undefined) return done();
      if ("answer" in found) return void replay(reply, found);
      claims.set(request, found);
      claimOfRequest.run(found, done);
    }, done);
  });

  const settle = async (claim: Claim, reply: FastifyReply, payload: unknown): Promise<void> => {
    const isKept = reply.statusCode < 400 && (typeof payload === "string" || payload === null || payload === undefined);
    try {
      if (isKept) await keep(deps.database, claim, reply, typeof payload === "string" ? payload : "");
      else await release(deps.database, claim);
    } catch (error) {
      // The write was made, or refused, and its answer is the truth; only a repeat of it will have to wait.
      reply.log.warn({ err: error }, "the answer could not be kept for its Idempotency-Key");
    }
  };

  app.addHook("onSend", (request, reply, payload, done) => {
    const claim = claims.get(request);
    if (!claim) return done(null, payload);
    claims.delete(request);
    settle(claim, reply, payload).then(() => done(null, payload), done);
  });
}

function readKey(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  const { access, isIdempotencyKept } = request.routeOptions.config;
  if (key === undefined || !UNSAFE_METHODS.has(request.method) || !request.url.startsWith("/api/v1/")) return undefined;
  if (access === undefined || access === "public" || isIdempotencyKept === false) return undefined;
  if (typeof key === "string" && key.length > 0 && key.length <= IDEMPOTENCY_KEY_CHARACTERS_MAX) return key;
  const message = `must be 1 to ${IDEMPOTENCY_KEY_CHARACTERS_MAX} characters, such as a UUID`;
  throw new ProblemError("invalid-request", `The header Idempotency-Key ${message}.`, {
    faults: [{ path: "headers/idempotency-key", message }],
  });
}

function hashRequest(request: FastifyRequest): string {
  const hash = createHash("sha256").update(`${request.method} ${request.url}\n`);
  hash.update(JSON.stringify([request.headers["if-match"] ?? null, request.body ?? null]));
  return hash.digest("hex");
}

/** @returns the row with the answer, or `undefined` when the caller has the key now and runs */
async function claimKey(
  database: Database,
  claim: Claim,
  requestHash: string,
): Promise<Tables["idempotent_response"] | undefined> {
  const nowMs = claim.claimedAtMs;
  const row = {
    token_id: claim.tokenId,
    key: claim.key,
    request_hash: requestHash,
    status: RUNNING,
    body: "",
    created_at_ms: nowMs,
  };
  return database.transaction(async (trx) => {
    const inserted = await trx
      .insertInto("idempotent_response")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(["token_id", "key"])
          .doUpdateSet(row)
          .where((where) =>
            where.or([
              where("idempotent_response.created_at_ms", "<", nowMs - IDEMPOTENCY_AGE_MS),
              where.and([
                where("idempotent_response.status", "=", RUNNING),
                where("idempotent_response.request_hash", "=", requestHash),
                where("idempotent_response.created_at_ms", "<", nowMs - RUNNING_AGE_MS),
              ]),
            ]),
          ),
      )
      .returning("key")
      .executeTakeFirst();
    if (inserted) return undefined;
    const kept = await trx
      .selectFrom("idempotent_response")
      .selectAll()
      .where("token_id", "=", claim.tokenId)
      .where("key", "=", claim.key)
      .executeTakeFirst();
    if (kept && kept.request_hash !== requestHash) throw reused();
    if (!kept || kept.status === RUNNING) throw stillRunning();
    if (kept.status === ANSWER_LOST) throw answerLost();
    if (kept.status === WRITTEN) throw nowMs - kept.created_at_ms > RUNNING_AGE_MS ? answerLost() : stillRunning();
    return kept;
  });
}

function replay(reply: FastifyReply, { status, answer }: KeptAnswer): FastifyReply {
  reply.code(status).headers(answer.headers).header("idempotency-replayed", "true").serializer(String);
  return reply.send(status === 204 ? undefined : answer.payload);
}

async function keep(database: Database, claim: Claim, reply: FastifyReply, payload: string): Promise<void> {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
  await database.db
    .updateTable("idempotent_response")
    .set({ status: reply.statusCode, body: JSON.stringify({ headers, payload }) })
    .where("token_id", "=", claim.tokenId)
    .where("key", "=", claim.key)
    .execute();
}

/** What has written stays claimed, also when its answer then failed. */
async function release(database: Database, claim: Claim): Promise<void> {
  await database.db
    .deleteFrom("idempotent_response")
    .where("token_id", "=", claim.tokenId)
    .where("key", "=", claim.key)
    .where("status", "=", RUNNING)
    .execute();
}

async function prune(database: Database, nowMs: number): Promise<void> {
  await database.db
    .deleteFrom("idempotent_response")
    .where("created_at_ms", "<", nowMs - IDEMPOTENCY_AGE_MS)
    .execute();
}

function reused(): ProblemError {
  return new ProblemError(
    "idempotency-key-reused",
    "This Idempotency-Key was used for another request. Make a new key for each new request.",
  );
}

function stillRunning(): ProblemError {
  return new ProblemError(
    "write-conflict",
    "The first request with this Idempotency-Key is still running. Send it again in a moment to get its answer.",
    { retryAfterSeconds: 1 },
  );
}

function answerLost(): ProblemError {
  return new ProblemError(
    "answer-lost",
    "The first request with this Idempotency-Key was carried out, and the server stopped before it could answer. It is not done twice: read what is there now.",
  );
}
