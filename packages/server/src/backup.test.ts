import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import type { DatabaseConfig } from "./db/database.ts";
import { openDatabase } from "./db/open-database.ts";
import { describeOnEachStore, describePostgres } from "./db/test-databases.ts";
import { openTestNode, TEST_ADMIN_TOKEN } from "./node.fixture.ts";
import { backUpOffline, keepBackup, restoreOffline } from "./offline.ts";

type TestNode = Awaited<ReturnType<typeof openTestNode>>;

const IN_PRODUCTION = "/api/v1/environments/production/flags";
const START = { kind: "flag", environment: "production", candidate: "on", reason: "try" };
/** What stands for everything that people see. */
const SHOWN = [
  "/api/v1/flags",
  "/api/v1/environments",
  "/api/v1/tokens",
  `${IN_PRODUCTION}/a/versions`,
  "/api/v1/environments/production/snapshot",
];

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-backup-"));
  file = join(folder, "steadfast.backup");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function configOf(database: DatabaseConfig) {
  const loaded = loadConfig({ env: { STEADFAST_ADMIN_TOKEN: TEST_ADMIN_TOKEN }, flags: {} });
  if (!loaded.ok) throw new Error("the settings are not valid");
  return { ...loaded.config, database };
}

/** Flags with versions, tokens, a rollout that ended, one that is judged and one that waits. */
async function fill({ ask }: TestNode) {
  for (const key of ["a", "b", "c"]) await ask("POST", "/api/v1/flags", { key, service: "shop" });
  await ask("PUT", `${IN_PRODUCTION}/a`, { targeting: { if: [true, "on"] }, reason: "ä – 🚦" }, { "if-match": "1" });
  await ask("POST", "/api/v1/environments", { key: "qa" });
  const client = (await ask("POST", "/api/v1/tokens", { name: "shop", role: "client", environment: "qa" })).body;
  const revoked = (await ask("POST", "/api/v1/tokens", { name: "gone", role: "viewer" })).body;
  await ask("DELETE", `/api/v1/tokens/${revoked.id}`);
  const ended = (await ask("POST", "/api/v1/rollouts", { ...START, flag: "b" })).body;
  await ask("POST", `/api/v1/rollouts/${ended.id}/roll-back`, { reason: "no" });
  const judged = (await ask("POST", "/api/v1/rollouts", { ...START, flag: "c" })).body;
  await ask("POST", "/api/v1/rollouts", { ...START, flag: "c", candidate: "on", despiteRollback: "x" });
  await expect
    .poll(async () => (await ask("GET", `/api/v1/rollouts/${judged.id}`)).body.decision?.tick ?? 0)
    .toBeGreaterThan(1);
  return { clientToken: String(client.token), revokedToken: String(revoked.token), judgedId: String(judged.id) };
}

async function look({ ask }: TestNode) {
  const answers = await Promise.all(SHOWN.map((url) => ask("GET", url)));
  return answers.map(({ body }) => body);
}

async function backUp({ node }: TestNode, path = file) {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const answer = await node.app.inject({ url: "/api/v1/backup", headers, payloadAsStream: true });
  return keepBackup(answer.stream(), path);
}

/** As the tables hold them. */
async function readKept(config: DatabaseConfig, upToSeq: number) {
  const { db, close } = await openDatabase(config);
  const events = await db.selectFrom("event").selectAll().where("seq", "<=", upToSeq).orderBy("seq").execute();
  const ticks = await db.selectFrom("rollout_tick").selectAll().orderBy("rollout_id").orderBy("tick").execute();
  const checkpoints = await db.selectFrom("rollout_checkpoint").selectAll().orderBy("rollout_id").execute();
  const head = await db.selectFrom("journal_head").select("seq").executeTakeFirstOrThrow();
  await close();
  return { events, ticks, checkpoints, head: head.seq };
}

async function expectRestored(from: DatabaseConfig, to: DatabaseConfig): Promise<void> {
  const source = await openTestNode(from);
  const { clientToken, revokedToken, judgedId } = await fill(source);
  const shown = await look(source);
  await source.close();
  await backUpOffline(configOf(from), file);

  await restoreOffline(configOf(to), file);

  const [before, after] = [await readKept(from, Number.MAX_SAFE_INTEGER), await readKept(to, Number.MAX_SAFE_INTEGER)];
  expect(after).toEqual(before);
  expect(after.ticks.length).toBeGreaterThan(1);
  const restored = await openTestNode(to);
  expect(await look(restored)).toEqual(shown);
  const asks = (token: string) => restored.ask("GET", "/api/v1/me", undefined, { authorization: `Bearer ${token}` });
  expect((await asks(clientToken)).status).toBe(200);
  expect((await asks(revokedToken)).status).toBe(401);
  const rollout = async () => (await restored.ask("GET", `/api/v1/rollouts/${judgedId}`)).body;
  await expect
    .poll(async () => (await rollout()).decision.tick)
    .toBeGreaterThan(Math.max(...before.ticks.map(({ tick }) => tick)));
  expect((await rollout()).state).toBe("running");
  await restored.close();
}

describeOnEachStore("a backup", (open) => {
  it("brings everything back into an empty store, where the rollouts go on with their evidence", async () => {
    await expectRestored(await open.config(), await open.config());
  });

  it("is one moment of a server that is written to meanwhile", async () => {
    const [from, to] = [await open.config(), await open.config()];
    const source = await openTestNode(from);
    await fill(source);
    let isOver = false;
    const write = async (lane: number) => {
      for (let count = 0; !isOver; count += 1) await source.ask("POST", "/api/v1/flags", { key: `w-${lane}-${count}` });
      return lane;
    };
    const writers = [write(1), write(2), write(3)];
    const summary = await backUp(source);
    isOver = true;
    await Promise.all(writers);
    await source.close();

    await restoreOffline(configOf(to), file);

    const [was, is] = [await readKept(from, summary.events), await readKept(to, Number.MAX_SAFE_INTEGER)];
    expect(is.events).toEqual(was.events);
    expect(is.head).toBe(summary.events);
    expect(was.head).toBeGreaterThan(is.head);
  });

  it("is not restored over a store that is in use, and says so", async () => {
    const [from, used] = [await open.config(), await open.config()];
    for (const config of [from, used]) await (await openTestNode(config)).close();
    await backUpOffline(configOf(from), file);
    const before = await readKept(used, Number.MAX_SAFE_INTEGER);

    await expect(restoreOffline(configOf(used), file)).rejects.toThrow("empty data folder or database only");

    expect(await readKept(used, Number.MAX_SAFE_INTEGER)).toEqual(before);
  });

  it("that is damaged leaves the store empty, and is refused in words", async () => {
    const [from, to] = [await open.config(), await open.config()];
    await (await openTestNode(from)).close();
    await backUpOffline(configOf(from), file);
    const whole = await readFile(file);
    const lines = gunzipSync(whole).toString().split("\n");
    const packed = (changed: readonly string[]) => gzipSync(changed.join("\n"));
    const damaged: Readonly<Record<string, Buffer>> = {
      "cut off": whole.subarray(0, Math.floor(whole.length / 2)),
      "another byte": packed(lines.map((line, index) => (index === 2 ? line.replace("first", "fjrst") : line))),
      "a row less": packed(lines.filter((_, index) => index !== 2)),
      "without its end": packed(lines.slice(0, -2)),
      "no backup": Buffer.from("hello"),
      "an empty file": Buffer.alloc(0),
    };

    for (const [name, bytes] of Object.entries(damaged)) {
      await writeFile(file, bytes);
      await expect(restoreOffline(configOf(to), file), name).rejects.toThrow("no whole backup");
    }

    await writeFile(file, whole);
    await restoreOffline(configOf(to), file);
  });

  it("of a newer version is refused in words", async () => {
    const [from, to] = [await open.config(), await open.config()];
    await (await openTestNode(from)).close();
    await backUpOffline(configOf(from), file);
    const lines = gunzipSync(await readFile(file))
      .toString()
      .split("\n");
    const newer = lines.map((line, index) => (index === 0 ? line.replace("]", ',"9999-later"]') : line));
    await writeFile(file, gzipSync(newer.join("\n")));

    await expect(restoreOffline(configOf(to), file)).rejects.toThrow("made by a newer Steadfast");
  });

  it("is for admins of all environments, one at a time", async () => {
    const source = await openTestNode(await open.config());
    const make = async (role: string, environment: string | null) =>
      String((await source.ask("POST", "/api/v1/tokens", { name: role, role, environment })).body.token);
    const asks = async (token: string) =>
      source.ask("GET", "/api/v1/backup", undefined, { authorization: `Bearer ${token}` });

    expect((await asks(await make("operator", null))).body.code).toBe("role-insufficient");
    expect((await asks(await make("admin", "production"))).body.code).toBe("environment-forbidden");

    const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
    const first = source.node.app.inject({ url: "/api/v1/backup", headers });
    const second = source.node.app.inject({ url: "/api/v1/backup", headers });
    expect((await Promise.all([first, second])).map(({ statusCode }) => statusCode).sort()).toEqual([200, 429]);
    expect((await source.node.app.inject({ url: "/api/v1/backup", headers })).statusCode).toBe(200);
    await source.close();
  });
});

describePostgres("a backup", (_cluster, open) => {
  it("moves from SQLite to PostgreSQL and back", async () => {
    const small: DatabaseConfig = { kind: "sqlite", dataDir: join(folder, "from") };
    const back: DatabaseConfig = { kind: "sqlite", dataDir: join(folder, "back") };
    const large = await open.config();

    await expectRestored(small, large);
    await backUpOffline(configOf(large), file);
    await restoreOffline(configOf(back), file);

    const [was, is] = [await readKept(large, Number.MAX_SAFE_INTEGER), await readKept(back, Number.MAX_SAFE_INTEGER)];
    expect(is).toEqual(was);
  });
});

describe("a backup's file", () => {
  it("is its owner's alone, and has its name only when it is whole", async () => {
    const config: DatabaseConfig = { kind: "sqlite", dataDir: join(folder, "data") };
    await (await openTestNode(config)).close();
    await backUpOffline(configOf(config), file);
    const whole = await readFile(file);
    await truncate(file, 10);
    const cut = gzipSync("cut off");

    await expect(keepBackup(Readable.from([cut]), file)).rejects.toThrow("no whole backup");
    expect((await stat(file)).size).toBe(10);
    await expect(stat(`${file}.partial`)).rejects.toThrow("ENOENT");
    await keepBackup(Readable.from([whole]), file);

    expect(await readFile(file)).toEqual(whole);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
