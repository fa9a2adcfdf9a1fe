/** What the simulated users met: fed by the load's report of each second. */
export type LoadTally = {
  add(message: object): void;
  /** Forgets the failures: an act begins. */
  startAct(): void;
  /** Requests of the last reported second; 0 before the first. */
  requestsPerSecond(): number;
  reportedSeconds(): number;
  failures(): FailureTally;
};

export type FailureTally = {
  readonly requests: number;
  /** Different users who met a failure. */
  readonly users: number;
  /** When the first failure reached a user, milliseconds since the epoch; `null`: none did. */
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
};

export function createLoadTally(): LoadTally {
  let seconds = 0;
  let lastRequests = 0;
  let requests = 0;
  let users = new Set<string>();
  let firstAtMs: number | null = null;
  let lastAtMs: number | null = null;
  return {
    add(message) {
      if (!("second" in message)) return;
      seconds += 1;
      if ("finished" in message && typeof message.finished === "number") lastRequests = message.finished;
      for (const { user, atMs } of failuresOf(message)) {
        requests += 1;
        users.add(user);
        firstAtMs ??= atMs;
        lastAtMs = atMs;
      }
    },
    startAct() {
      requests = 0;
      users = new Set();
      firstAtMs = null;
      lastAtMs = null;
    },
    requestsPerSecond: () => lastRequests,
    reportedSeconds: () => seconds,
    failures: () => ({ requests, users: users.size, firstAtMs, lastAtMs }),
  };
}

function failuresOf(message: object): readonly { readonly user: string; readonly atMs: number }[] {
  if (!("failures" in message) || !Array.isArray(message.failures)) return [];
  return message.failures.filter(isFailure);
}

function isFailure(value: unknown): value is { readonly user: string; readonly atMs: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "user" in value &&
    "atMs" in value &&
    typeof value.user === "string" &&
    typeof value.atMs === "number"
  );
}
