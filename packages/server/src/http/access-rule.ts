/** What a token may be for. @see docs/guides/tokens.md */
export const ROLES = ["admin", "operator", "viewer", "client", "telemetry"] as const;
export type Role = (typeof ROLES)[number];

/** What a route needs: one of the capabilities below. Every route names one in its Fastify `config.access`. */
export type Capability =
  /** Nothing: health, the dashboard's files, sign-in. */
  | "public"
  /** Read anything that people read. */
  | "read"
  /** Change flags and rollouts. */
  | "operate"
  /** Tokens and environments. */
  | "administer"
  /** Evaluate, follow snapshots. */
  | "evaluate"
  /** Send spans and observations. */
  | "report"
  /** Any valid token: who am I, sign-out. */
  | "signed-in";

export const CAPABILITIES_BY_ROLE: Readonly<Record<Role, readonly Capability[]>> = {
  admin: ["signed-in", "read", "operate", "administer", "evaluate", "report"],
  operator: ["signed-in", "read", "operate", "evaluate", "report"],
  viewer: ["signed-in", "read", "evaluate"],
  client: ["signed-in", "evaluate", "report"],
  telemetry: ["signed-in", "report"],
};

/** Who is calling, known once the token was checked. */
export type Principal = {
  readonly tokenId: string;
  readonly tokenName: string;
  readonly role: Role;
  /** `null`: every environment. */
  readonly environment: string | null;
  readonly via: "token" | "session";
  /** The browser session, named by the hash of its secret, and how long it lasts from this request on; absent with a token. */
  readonly session?: { readonly id: string; readonly leftMs: number };
};
