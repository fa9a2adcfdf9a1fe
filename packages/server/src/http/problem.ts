/** Every refusal the API may answer: permanent code → status and title. Codes are never renamed or reused. */
export const PROBLEMS = {
  "invalid-request": { status: 400, title: "The request is not valid" },
  "malformed-body": { status: 400, title: "The body could not be read" },
  "token-missing": { status: 401, title: "A token is needed" },
  "token-invalid": { status: 401, title: "The token is not valid" },
  "signature-invalid": { status: 401, title: "The message is not signed as it should be" },
  "csrf-check-failed": { status: 403, title: "The request did not come from this page" },
  "role-insufficient": { status: 403, title: "The token's role does not allow this" },
  "environment-forbidden": { status: 403, title: "The token belongs to another environment" },
  "not-found": { status: 404, title: "There is nothing here" },
  "environment-not-found": { status: 404, title: "No such environment" },
  "flag-not-found": { status: 404, title: "No such flag" },
  "flag-version-not-found": { status: 404, title: "No such version of the flag" },
  "rollout-not-found": { status: 404, title: "No such rollout" },
  "service-not-found": { status: 404, title: "No such service" },
  "source-not-found": { status: 404, title: "No such source" },
  "token-not-found": { status: 404, title: "No such token" },
  "method-not-allowed": { status: 405, title: "The method is not allowed here" },
  "environment-exists": { status: 409, title: "The environment exists already" },
  "flag-exists": { status: 409, title: "The flag exists already" },
  "rollout-state-conflict": { status: 409, title: "The rollout's state does not allow this" },
  "flag-in-rollout": { status: 409, title: "A rollout of the flag is in flight" },
  "candidate-cooling-down": { status: 409, title: "The candidate was rolled back recently" },
  "evidence-missing": { status: 409, title: "There is not enough evidence to advance" },
  "write-conflict": { status: 409, title: "Somebody else wrote at the same time" },
  "idempotency-key-reused": { status: 409, title: "The idempotency key belongs to another request" },
  "answer-lost": { status: 409, title: "It was done, and its answer was lost" },
  "last-admin-token": { status: 409, title: "The last admin token cannot be revoked" },
  "version-mismatch": { status: 412, title: "It has changed since you read it" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "media-type-unsupported": { status: 415, title: "The content type is not supported" },
  "definition-invalid": { status: 422, title: "The flag's definition is not valid" },
  "rollout-invalid": { status: 422, title: "The rollout is not valid" },
  "limit-reached": { status: 422, title: "A limit was reached" },
  "precondition-required": { status: 428, title: "If-Match is needed" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "internal-error": { status: 500, title: "The server failed; this is a bug" },
  "node-full": { status: 503, title: "This node has no room for it now" },
  "storage-unavailable": { status: 503, title: "The store cannot be reached" },
  "storage-full": { status: 507, title: "The store has no room left" },
  "shutting-down": { status: 503, title: "The server is stopping" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** What is wrong where: `path` is a JSON pointer into the body (or `query/…`, `params/…`). */
export type ProblemFault = { readonly path: string; readonly message: string };

/** A refusal that becomes an RFC 9457 problem. `detail` says what happened, why, and what to do. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly faults: readonly ProblemFault[];
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { faults?: readonly ProblemFault[]; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.name = "ProblemError";
    this.code = code;
    this.faults = more.faults ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** The store could not do what it was asked, for a reason of its own: it is away, or full. */
export function isStoreProblem(error: unknown): boolean {
  return error instanceof ProblemError && (error.code === "storage-unavailable" || error.code === "storage-full");
}
