import { type Api, createApi, createToken, type Flag, type Rollout } from "./api.ts";
import { firstJsonLine, startScript } from "./child-process.ts";
import { type FactBatch, factBatch, sendBatch } from "./fact-batches.ts";
import { createFlag, LONG_STAGES, rolloutBody } from "./guarded-rollout.ts";
import { ADMIN_TOKEN } from "./server-process.ts";

const SEVERAL_SERVERS = new URL("./several-servers.ts", import.meta.url);
const FLAG_WRITERS = 2;
/** While one batch is written, the others wait and share the next transaction. */
const FACT_SENDERS = 3;
/** When every server has acknowledged a write, the kill comes at any moment of so many milliseconds: of some tens of writes. */
const KILL_DELAY_MS_MAX = 150;

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
  readonly batches: readonly FactBatch[];
  readonly unansweredBatches: readonly FactBatch[];
};

export type UnansweredRollout = { readonly key: string; readonly body: object };

/** What is being told of one server, over all of its lives. */
type Diary = {
  kills: number;
  writes: number;
  readonly flags: Map<string, number>;
  readonly tokens: string[];
  readonly rollouts: Map<string, string>;
  readonly unanswered: UnansweredRollout[];
  readonly batches: FactBatch[];
  readonly unansweredBatches: FactBatch[];
};

const emptyDiary = (): Diary => ({
  kills: 0,
  writes: 0,
  flags: new Map(),
  tokens: [],
  rollouts: new Map(),
  unanswered: [],
  batches: [],
  unansweredBatches: [],
});

/**
 * Starts servers in one process, writes to all of them, kills the process with SIGKILL at a random moment, and does so
 * again, `rounds` times.
 *
 * @param dataDirs a server for each; they are only names when `env` has DATABASE_URL
 * @returns what each server had acknowledged
 */
export async function killAgainAndAgain(
  rounds: number,
  dataDirs: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly Acknowledged[]> {
  const diaries = dataDirs.map(emptyDiary);
  for (let round = 0; round < rounds; round += 1) {
    const child = startScript(SEVERAL_SERVERS, dataDirs, {
      env: { STEADFAST_ADMIN_TOKEN: ADMIN_TOKEN, STEADFAST_LOG_LEVEL: "error", ...env },
    });
    const addresses = await firstJsonLine<string[]>(child, "the servers");
    const writings = addresses.map((address, lane) =>
      writeUntilDead(createApi(address, ADMIN_TOKEN), `${lane}-${round}`, diaries[lane] ?? emptyDiary()),
    );
    await Promise.all(writings.map(({ hasWritten }) => hasWritten));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * KILL_DELAY_MS_MAX));
    await child.kill("SIGKILL");
    await Promise.all(writings.map(({ isOver }) => isOver));
    for (const diary of diaries) diary.kills += 1;
  }
  return diaries;
}

function writeUntilDead(api: Api, name: string, diary: Diary) {
  const first = Promise.withResolvers<void>();
  const onWritten = () => {
    diary.writes += 1;
    first.resolve();
  };
  const writers = [
    ...Array.from({ length: FLAG_WRITERS }, (_, writer) =>
      untilDead(() => writeFlags(api, `${name}-${writer}`, diary.flags, onWritten)),
    ),
    untilDead(() => makeTokens(api, diary.tokens, onWritten)),
    ...Array.from({ length: FACT_SENDERS }, (_, sender) =>
      untilDead(() => sendFacts(api, `${name}-${sender}`, diary, onWritten)),
    ),
    untilDead(() => startRollouts(api, `${name}-rollout`, diary.rollouts, diary.unanswered, onWritten)),
  ];
  return { hasWritten: first.promise, isOver: Promise.all(writers) };
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

/** Each the next batch when the one before is answered. */
async function sendFacts(api: Api, name: string, diary: Diary, onWritten: () => void): Promise<void> {
  for (let count = 0; ; count += 1) {
    const batch = factBatch(`${name}-${count}`);
    await sendBatch(api, batch).catch((error: unknown) => {
      diary.unansweredBatches.push(batch);
      throw error;
    });
    diary.batches.push(batch);
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
