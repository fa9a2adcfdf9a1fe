import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "./config.ts";
import type { DatabaseConfig } from "./db/database.ts";
import { openStore } from "./db/open-database.ts";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";
import { createTokenOffline } from "./offline-token.ts";

const RECOVERY = { name: "recovery", role: "admin", reason: "the last admin token is lost" } as const;

function configOf(database: DatabaseConfig): Config {
  const loaded = loadConfig({ env: {}, flags: {} });
  if (!loaded.ok) throw new Error("no settings");
  return { ...loaded.config, database };
}

describeOnEachStore("a token made without a server", (open) => {
  it("is an admin's on the server that starts after it, and says in the journal who and why", async () => {
    const where = await open.config();
    await (await openTestNode(where)).close();

    const made = await createTokenOffline(configOf(where), RECOVERY);
    const { ask, close } = await openTestNode(where);
    const headers = { authorization: `Bearer ${made.token}` };
    const me = await ask("GET", "/api/v1/me", undefined, headers);
    const events = await ask("GET", "/api/v1/events?order=desc&limit=1", undefined, headers);
    await close();

    expect(made).toMatchObject({ name: "recovery", role: "admin", environment: null, createdBy: "operator (offline)" });
    expect(me.body).toMatchObject({ tokenId: made.id, role: "admin", environment: null });
    expect(events.body.items[0]).toMatchObject({
      type: "token.created",
      actor: { kind: "system", id: "offline", name: "operator (offline)" },
      reason: "the last admin token is lost",
    });
  });

  it("follows the rules that the server has for tokens", async () => {
    const where = await open.config();
    await (await openTestNode(where)).close();
    const make = (more: object) => createTokenOffline(configOf(where), { ...RECOVERY, ...more });

    await expect(make({ role: "client" })).rejects.toThrow("belongs to one environment");
    await expect(make({ environment: "nowhere" })).rejects.toThrow("nowhere");
    await expect(make({ role: "king" })).rejects.toThrow("The token cannot be made");
    await expect(make({ reason: " " })).rejects.toThrow("The token cannot be made");
  });

  it("is refused on a store that no server has used, and leaves it as it was", async () => {
    const where = await open.config();
    await openStore(where).close();

    await expect(createTokenOffline(configOf(where), RECOVERY)).rejects.toThrow("holds no data of a Steadfast server");
  });

  it("is refused on tables of another version", async () => {
    const where = await open.config();
    await (await openTestNode(where)).close();
    const store = await open.at(where);
    const other = { name: "9999-later", applied_at_ms: 0 };
    await store.db
      .withTables<{ schema_migration: typeof other }>()
      .insertInto("schema_migration")
      .values(other)
      .execute();
    await store.close();

    await expect(createTokenOffline(configOf(where), RECOVERY)).rejects.toThrow("another version of Steadfast");
  });

  it("is refused where a server has the folder; on PostgreSQL that server hears of it", async () => {
    const where = await open.config();
    const { ask, close } = await openTestNode(where);

    const making = createTokenOffline(configOf(where), RECOVERY);

    if (open.kind === "sqlite") await expect(making).rejects.toThrow("in use by another Steadfast server");
    else {
      const { token } = await making;
      const askMe = async () =>
        (await ask("GET", "/api/v1/me", undefined, { authorization: `Bearer ${token}` })).status;
      await expect.poll(askMe, { timeout: 30_000 }).toBe(200);
    }
    await close();
  });
});

describe("a token made without a server", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "steadfast-offline-token-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("makes no folder where the name is misspelled", async () => {
    const dataDir = join(folder, "dat");

    await expect(createTokenOffline(configOf({ kind: "sqlite", dataDir }), RECOVERY)).rejects.toThrow(
      "There is no data",
    );

    expect(existsSync(dataDir)).toBe(false);
  });
});
