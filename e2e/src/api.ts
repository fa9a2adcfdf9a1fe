import type { components } from "../../packages/server/src/cli/api-types.ts";

type Schemas = components["schemas"];
export type Rollout = Schemas["Rollout"];
export type DecisionRecord = Schemas["DecisionRecord"];
export type Flag = Schemas["Flag"];
export type FlagState = Schemas["FlagState"];
export type FlagVersion = Schemas["FlagVersion"];
export type JournalEvent = Schemas["Event"];
export type Problem = Schemas["Problem"];
export type CreatedToken = Schemas["CreatedToken"];
export type InstanceList = Schemas["InstanceList"];
export type StartRollout = Schemas["StartRolloutInput"];
export type TokenRole = CreatedToken["role"];
export type RolloutStateName = Rollout["state"];

/** A flag as the snapshot publishes it. */
export type PublishedFlag = {
  readonly state: string;
  readonly variants: Readonly<Record<string, unknown>>;
  readonly defaultVariant?: string | null;
  readonly targeting?: unknown;
};
export type SnapshotDocument = {
  readonly flags: Readonly<Record<string, PublishedFlag>>;
  readonly metadata: { readonly flagSetId: string; readonly version: string };
};

export type Answer<T> = { readonly status: number; readonly headers: Headers; readonly body: T };

/** The API as one token sees it. */
export type Api = {
  readonly url: string;
  readonly token: string;
  /** Any answer, also a refusal. `path` is below the server's address. */
  request<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<T>>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** The problem of a request that must be refused. @throws when it is not */
  refused(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Problem>;
  /** The same server with another token. */
  as(token: string): Api;
};

/** A request that takes longer hangs. */
const REQUEST_TIMEOUT_MS = 30_000;

export function createApi(url: string, token: string): Api {
  const request: Api["request"] = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    const parsed: T = text === "" ? undefined : parseJson(text);
    return { status: response.status, headers: response.headers, body: parsed };
  };
  const accepted = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await request<T>(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    url,
    token,
    request,
    get: (path) => accepted("GET", path),
    post: (path, body) => accepted("POST", path, body),
    refused: async (method, path, body, headers) => {
      const answer = await request<Problem>(method, path, body, headers);
      if (answer.status < 400) throw new Error(`${method} ${path} was not refused: ${answer.status}`);
      return answer.body;
    },
    as: (other) => createApi(url, other),
  };
}

/** A token of a role; `null`: for every environment. */
export async function createToken(
  api: Api,
  role: TokenRole,
  environment: string | null = "production",
): Promise<CreatedToken> {
  return api.post("/api/v1/tokens", { name: `${role} of a journey`, role, environment });
}

/** What the environment publishes now. */
export async function readSnapshot(api: Api, environment = "production"): Promise<SnapshotDocument> {
  return api.get(`/api/v1/environments/${environment}/snapshot`);
}

/** Every event of the journal, oldest first. */
export async function readJournal(api: Api): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await api.get<{ items: JournalEvent[] }>(`/api/v1/events?after=${after}&limit=100&order=asc`);
    if (page.items.length === 0) return events;
    events.push(...page.items);
  }
}

function parseJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
