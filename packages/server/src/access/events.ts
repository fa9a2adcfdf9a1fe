import type { Role } from "../http/access-rule.ts";
import type { NewEvent, StreamAppend } from "../journal/event.ts";

/** What the access noun writes into the journal. */
export type EnvironmentCreated = {
  readonly key: string;
  readonly name: string;
  /** The environment its flags came from; `null` for the first ones. */
  readonly copyFlagsFrom: string | null;
};

export type TokenCreated = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly environment: string | null;
  /** SHA-256, hexadecimal: tokens survive a rebuild. Never shown by the API. */
  readonly secretHash: string;
};

export type TokenRevoked = { readonly id: string; readonly name: string };

export const environmentStream = (key: string) => `environment/${key}`;
export const tokenStream = (id: string) => `token/${id}`;

export function environmentCreated(data: EnvironmentCreated): StreamAppend {
  return first(environmentStream(data.key), { type: "environment.created", data: { ...data } });
}

export function tokenCreated(data: TokenCreated): StreamAppend {
  return first(tokenStream(data.id), { type: "token.created", data: { ...data } });
}

/** A token is created once and revoked once. */
export function tokenRevoked(data: TokenRevoked): StreamAppend {
  return {
    stream: tokenStream(data.id),
    expectedVersion: 1,
    events: [{ type: "token.revoked", data: { ...data } }],
  };
}

function first(stream: string, event: NewEvent): StreamAppend {
  return { stream, expectedVersion: 0, events: [event] };
}
