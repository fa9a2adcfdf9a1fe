/** Every bound of the HTTP surface, in one place. */

/** A flag's definition, a rollout's plan or a page of form fields is below 100 kB; a batch of observations says its own bound. */
export const BODY_BYTES_MAX = 1_048_576;

/** Levels of a JSON body; the deepest targeting rule that is allowed is well below. */
export const JSON_DEPTH_MAX = 100;

/** Node's own default; names of header, cookie and token fit several times. */
export const HEADER_BYTES_MAX = 16_384;

/** The longest parameter of a path: a flag's key of 128 characters, each three when encoded, is 384. */
export const PATH_PARAMETER_CHARACTERS_MAX = 400;

/** From the first byte of a request to its last: a slow sender is cut off. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** How often slow senders are looked for: by so much longer one may last. Node's own 30 s would double the time. */
export const SLOW_SENDER_CHECK_MS = 5_000;

/** An idle kept-alive connection; longer than the 60 s of usual load balancers, so that they close first. */
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Sockets of one node: 10,000 streams are the design's figure, and as many plain requests beside them. */
export const CONNECTIONS_MAX = 20_000;

/** Streams of one node in all. */
export const STREAMS_MAX = 15_000;

/** Streams of one client token on one node: a fleet that shares it. */
export const STREAMS_PER_TOKEN_MAX = 10_000;

/** Streams of any other token on one node. A dashboard has three open: 300 of them, and a third of the node at the most. */
export const STREAMS_PER_PERSON_MAX = 1_000;

/**
 * Bytes of bodies that one token may have under way on one node, from the first byte until the answer: eight of the
 * largest, or a thousand instances that send 100 kB at the same moment.
 */
export const BODY_BYTES_UNDER_WAY_PER_TOKEN_MAX = 134_217_728;

/** The same of everybody together: a node of 2 GB has room for it. Bodies without a token come out of it, too. */
export const BODY_BYTES_UNDER_WAY_MAX = 536_870_912;

/** Bytes that wait in one consumer's socket before it is disconnected: a snapshot of the largest size, twice. */
export const STREAM_BUFFER_BYTES_MAX = 8_388_608;

/** A comment that keeps proxies from closing a quiet stream. */
export const STREAM_HEARTBEAT_MS = 15_000;

/** Heartbeats in a row at which a consumer had taken nothing of what waits for it: a minute, then it is disconnected. */
export const STREAM_STALLED_HEARTBEATS_MAX = 4;

/** Token look-ups remembered. An entry is about 300 bytes. */
export const TOKEN_CACHE_ENTRIES_MAX = 10_000;

/** Secrets remembered as nobody's, so that a service with an old token does not ask the store each time. 100 bytes each. */
export const UNKNOWN_TOKEN_CACHE_ENTRIES_MAX = 1_000;

/** How long a look-up is believed, even without news: a bound on how late a lost hint can be. */
export const TOKEN_CACHE_AGE_MS = 30_000;

/** How long a store that stands still keeps a request waiting whose token was known before. */
export const TOKEN_STORE_PATIENCE_MS = 500;

/** How long after its last look-up a token stays known while the store cannot be asked: a night without anybody. */
export const TOKEN_STALE_AGE_MAX_MS = 12 * 3_600_000;

export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 200;

/** How long an answer is kept for the same Idempotency-Key. */
export const IDEMPOTENCY_AGE_MS = 24 * 3_600_000;
