import type { ColumnType, Generated, GeneratedAlways } from "kysely";

/** JSON is stored as text on every engine, so that what is read is byte for byte what was written. */
type JsonText = string;

/** Milliseconds since the epoch. `bigint` columns in PostgreSQL, read as numbers. */
type Milliseconds = number;

export type Tables = {
  journal_head: { id: number; seq: number };
  event: {
    seq: number;
    id: string;
    stream: string;
    version: number;
    type: string;
    data: JsonText;
    actor: JsonText;
    /** The actor's id, by the engine. */
    actor_id: GeneratedAlways<string>;
    reason: string | null;
    occurred_at_ms: Milliseconds;
  };
  environment: { key: string; name: string; created_at_ms: Milliseconds };
  token: {
    id: string;
    name: string;
    role: string;
    /** `null`: every environment. */
    environment: string | null;
    /** SHA-256 of the secret, hexadecimal. */
    secret_hash: string;
    created_at_ms: Milliseconds;
    created_by: string;
    revoked_at_ms: Milliseconds | null;
  };
  session: {
    /** SHA-256 of the cookie's secret, hexadecimal. */
    secret_hash: string;
    token_id: string;
    created_at_ms: Milliseconds;
    expires_at_ms: Milliseconds;
  };
  idempotent_response: {
    token_id: string;
    key: string;
    request_hash: string;
    status: number;
    body: JsonText;
    created_at_ms: Milliseconds;
  };
  flag: {
    key: string;
    description: string;
    owner: string;
    service: string;
    created_at_ms: Milliseconds;
  };
  flag_state: {
    environment: string;
    key: string;
    /** Version of the stream `flag/<environment>/<key>`. */
    version: number;
    definition: JsonText;
    updated_at_ms: Milliseconds;
    updated_by: JsonText;
    reason: string | null;
  };
  rollout: {
    id: string;
    environment: string;
    flag: string;
    service: string;
    candidate: string;
    state: string;
    /** 1 while it changes what is published or is watched: queued, running, paused, or completed and watched. */
    is_active: number;
    version: number;
    /** The evolved state of core/rollouts. */
    body: JsonText;
    created_at_ms: Milliseconds;
    updated_at_ms: Milliseconds;
    started_at_ms: Milliseconds | null;
    ended_at_ms: Milliseconds | null;
  };
  /** What was judged, tick by tick: replays every decision. */
  rollout_tick: {
    rollout_id: string;
    tick: number;
    body: JsonText;
    verdict: string;
    log_evidence: number;
    /** What the charts draw of it beside the counts; `null` for a tick that was judged before this was stored. */
    reading: JsonText | null;
  };
  /** Rollouts that the guard could not judge in the last second, and why; read only while they are active. */
  rollout_fault: { rollout_id: string; since_ms: Milliseconds; message: string };
  /** The guard's state at a tick, so that a restart replays only what came after. */
  rollout_checkpoint: { rollout_id: string; tick: number; state: JsonText; decision: JsonText };
  /** Counts that arrived and were not judged yet; the judge deletes what it takes. */
  telemetry_arrival: {
    id: Generated<number>;
    node: string;
    environment: string;
    flag: string;
    variant: string;
    source: string;
    counts: JsonText;
    arrived_at_ms: Milliseconds;
  };
  /** The last minutes of every flag's counts, by node: where a rollout's history comes from. */
  telemetry_history: {
    node: string;
    environment: string;
    flag: string;
    variant: string;
    source: string;
    counts: JsonText;
    seconds: number;
    updated_at_ms: Milliseconds;
  };
  lease: { name: string; holder: string; expires_at_ms: Milliseconds };
  /** Which snapshot each connected provider has applied. */
  instance: {
    environment: string;
    id: string;
    name: string;
    applied_version: number;
    applied_lag_ms: number | null;
    seen_at_ms: Milliseconds;
  };
  /** What sources told about delivery, message by message; facts are folded from it. */
  delivery_telling: {
    source: string;
    message_id: string;
    kind: string;
    subject: string;
    /** `service/<key>` or `repository/<owner/name>`. */
    scope: string;
    /** Empty: in none, as for a change. */
    environment: string;
    at_ms: Milliseconds;
    recorded_at_ms: Milliseconds;
    told: JsonText;
  };
  /** Each scope and environment that a telling has. */
  delivery_scope: { scope: string; environment: string };
  service: { key: string; version: number; body: JsonText };
  delivery_source: {
    id: string;
    kind: string;
    name: string;
    created_at_ms: Milliseconds;
    removed_at_ms: Milliseconds | null;
  };
  /** Signs webhooks: has to be kept as it is. No projection, so that the journal never holds it. */
  delivery_source_secret: { source_id: string; secret: string };
  /** How many messages of a source came, by what became of them. */
  delivery_source_tally: {
    source_id: string;
    event: string;
    outcome: string;
    count: number;
    last_at_ms: Milliseconds;
  };
  setting: { key: string; value: ColumnType<string, string, string> };
};
