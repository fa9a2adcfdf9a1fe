import type { Json } from "@steadfast/core/flags/definition";

/** Who did it. Names are for people and may change; ids are for ever. */
export type Actor = {
  readonly kind: "token" | "system";
  /** `tok_…`, or the name of the part of the server that acted, such as `guard`. */
  readonly id: string;
  readonly name: string;
};

/** A fact, as a stream's `decide` returns it. */
export type NewEvent = { readonly type: string; readonly data: Json };

/** A fact in the journal. Immutable. */
export type StoredEvent = NewEvent & {
  /** 1, 2, 3 … over the whole journal, without gaps that a reader could miss. */
  readonly seq: number;
  readonly id: string;
  readonly stream: string;
  /** 1, 2, 3 … within the stream. */
  readonly version: number;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly occurredAtMs: number;
};

/** Events for one stream. */
export type StreamAppend = {
  readonly stream: string;
  /** 0: the stream must not exist yet. `any`: whichever it is at, for what is not decided on what was read. */
  readonly expectedVersion: number | "any";
  readonly events: readonly NewEvent[];
};

/** Why an append was made; the same for all its events. */
export type Provenance = { readonly actor: Actor; readonly reason: string | null };
