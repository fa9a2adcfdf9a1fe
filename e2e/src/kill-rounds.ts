import type { Api } from "./api.ts";
import { createToken, type Flag, type Rollout } from "./api.ts";
import { createFlag, LONG_STAGES, rolloutBody } from "./guarded-rollout.ts";
import { type ServerOptions, startServer } from "./server-process.ts";

const FLAG_WRITERS = 3;
/** The kill comes after so many acknowledged writes, and then at any moment of the next. */
const WRITES_BEFORE_KILL_MAX = 15;
const KILL_DELAY_MS_MAX = 20;

/** What servers said they had done before they were killed. */
export type Acknowledged = {
  readonly kills: number;
  readonly writes: number;
  /** The newest version of each flag. */
  readonly flags: ReadonlyMap<string, number>;
  readonly tokens: readonly string[];
  /** Each request's rollout by its Idempotency-Key. */
  readonly rollouts: ReadonlyMap<string, string>;
  /** Requests whose answer never came: done, or not. */
  readonly unanswered: readonly UnansweredRollout[];
};

export type UnansweredRollout = { readonly key: string; readonly body: object };

/**
 * Starts a server, writes to it, kills it with SIGKILL at a random moment, and does so again, `kills` times.
 *
 * @param lane part of every name that is written, so that several may run at once on one store
 */
export async function killAgainAndAgain(lane: string, kills: number, options: ServerOptions): Promise<Acknowledged> {
  const flags = new Map<string, number>();
  const tokens: string[] = [];
  const rollouts = new Map<string, string>();
  const unanswered: UnansweredRollout[] = [];
  let writes = 0;

  for (let round = 0; round < kills; round += 1) {
    const server = await startServer(options);
    const wanted = Math.random() * WRITES_BEFORE_KILL_MAX;
    const enough = Promise.withResolvers<void>();
    let written = 0;
    const onWritten = () => {
      writes += 1;
      written += 1;
      if (written > wanted) enough.resolve();
    };
    const name = `${lane}-${round}`;
    const writers = [
      ...Array.from({ length: FLAG_WRITERS }, (_, writer) =>
        untilDead(() => writeFlags(server.api, `${name}-${writer}`, flags, onWritten)),
      ),
      untilDead(() => makeTokens(server.api, tokens, onWritten)),
      untilDead(() => startRollouts(server.api, `${name}-rollout`, rollouts, unanswered, onWritten)),
    ];
    await enough.promise;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * KILL_DELAY_MS_MAX));
    await server.kill("SIGKILL");
    await Promise.all(writers);
  }
  return { kills, writes, flags, tokens, rollouts, unanswered };
}

/** Creates flags, and changes each one. */
async function writeFlags(api: Api, name: string, flags: Map<string, number>, onWritten: () => void): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `${name}-${count}`;
    await createFlag(api, key);
    flags.set(key, 1);
    onWritten();
    const path = `/api/v1/environments/production/flags/${key}`;
    const change = { defaultVariant: "on", reason: "again" };
    const { status } = await api.request("PUT", path, change, { "if-match": '"1"' });
    if (status !== 200) continue;
    flags.set(key, 2);
    onWritten();
  }
}

async function makeTokens(api: Api, tokens: string[], onWritten: () => void): Promise<void> {
  for (;;) {
    const { token } = await createToken(api, "client");
    tokens.push(token);
    onWritten();
  }
}

/** One starts, the others queue: each request that counts twice is one rollout too many. */
async function startRollouts(
  api: Api,
  flag: string,
  rollouts: Map<string, string>,
  unanswered: UnansweredRollout[],
  onWritten: () => void,
): Promise<void> {
  await createFlag(api, flag);
  for (let count = 0; ; count += 1) {
    const request = { key: `${flag}-${count}`, body: rolloutBody(flag, { stages: LONG_STAGES, reason: `${count}` }) };
    const answer = await api
      .request<Rollout>("POST", "/api/v1/rollouts", request.body, { "idempotency-key": request.key })
      .catch((error: unknown) => {
        unanswered.push(request);
        throw error;
      });
    if (answer.status !== 201) continue;
    rollouts.set(request.key, answer.body.id);
    onWritten();
  }
}

/** The end of a writer is the end of its server. */
async function untilDead(write: () => Promise<void>): Promise<void> {
  await write().catch(() => undefined);
}

/** Every flag with its versions, over all pages. */
export async function readFlags(api: Api): Promise<Map<string, Flag>> {
  const flags = new Map<string, Flag>();
  for (const flag of await readPages<Flag>(api, "/api/v1/flags")) flags.set(flag.key, flag);
  return flags;
}

export async function readRollouts(api: Api): Promise<Rollout[]> {
  return readPages<Rollout>(api, "/api/v1/rollouts");
}

async function readPages<Item>(api: Api, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let after = "";
  for (;;) {
    const page: { items: Item[]; next: string | null } = await api.get(`${path}?limit=100${after}`);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}
