import { sql } from "kysely";
import { expect, it } from "vitest";
import { openDatabase } from "./open-database.ts";
import { serialiseWrites } from "./serialise-writes.ts";
import { describeOnEachStore, describePostgres } from "./test-databases.ts";

/** PostgreSQL's patience is five seconds. */
const SLOWLY = { timeout: 60_000 };

const setting = (key: string) => ({ key, value: "{}" });

describeOnEachStore("a store", (open) => {
  it("keeps nothing of a transaction that fails", async () => {
    const { db, transaction } = await open();

    const failing = transaction(async (trx) => {
      await trx.insertInto("setting").values(setting("a")).execute();
      throw new Error("no");
    });

    await expect(failing).rejects.toThrow("no");
    expect(await db.selectFrom("setting").selectAll().execute()).toEqual([]);
  });

  it("keeps transactions that run at once apart", async () => {
    const { db, transaction } = await open();
    const count = async (name: string) =>
      transaction(async (trx) => {
        await trx
          .insertInto("setting")
          .values(setting(`${name}-1`))
          .execute();
        await sql`select 1`.execute(trx);
        await trx
          .insertInto("setting")
          .values(setting(`${name}-2`))
          .execute();
        if (name === "bad") throw new Error("no");
      });

    const results = await Promise.allSettled(["a", "bad", "b"].map(count));

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const rows = await db.selectFrom("setting").select("key").orderBy("key").execute();
    expect(rows.map(({ key }) => key)).toEqual(["a-1", "a-2", "b-1", "b-2"]);
  });

  it("reads large numbers as numbers, and text byte for byte", async () => {
    const { db } = await open();
    const text = 'naïve – "ok" 🚦 \\u0000';
    await db
      .insertInto("instance")
      .values({
        environment: "production",
        id: text,
        name: "",
        applied_version: Number.MAX_SAFE_INTEGER,
        applied_lag_ms: null,
        seen_at_ms: 1_795_232_699_738,
      })
      .execute();

    const row = await db.selectFrom("instance").selectAll().executeTakeFirstOrThrow();

    expect(row).toEqual({
      environment: "production",
      id: text,
      name: "",
      applied_version: Number.MAX_SAFE_INTEGER,
      applied_lag_ms: null,
      seen_at_ms: 1_795_232_699_738,
    });
  });

  it("sorts text by its bytes, so that pages are the same on every engine", async () => {
    const { db } = await open();
    await db.insertInto("setting").values(["b", "a", "Z", "_", "é", "a-b", "ab"].map(setting)).execute();

    const rows = await db.selectFrom("setting").select("key").orderBy("key").execute();

    expect(rows.map(({ key }) => key)).toEqual(["Z", "_", "a", "a-b", "ab", "b", "é"]);
  });

  it("keeps what it holds when it is opened again", async () => {
    const config = await open.config();
    const before = await open.at(config);
    await before.db.insertInto("setting").values(setting("kept")).execute();
    await before.close();

    const after = await open.at(config);

    expect(await after.db.selectFrom("setting").select("key").execute()).toEqual([{ key: "kept" }]);
  });

  it("refuses a store that a newer version wrote", async () => {
    const config = await open.config();
    const database = await open.at(config);
    await sql`insert into schema_migration (name, applied_at_ms) values ('9999-later', 1)`.execute(database.db);
    await database.close();

    await expect(openDatabase(config)).rejects.toThrow("newer Steadfast (it has 9999-later)");
  });
});

describePostgres("many nodes", (cluster, open) => {
  it("does not wait for long for a node that stands still in the middle of a write", SLOWLY, async () => {
    const config = await open.config();
    const [paused, other] = [await open.at(config), await open.at(config)];
    const writing = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const late = paused.transaction(async (trx) => {
      await serialiseWrites(trx);
      writing.resolve();
      await goOn.promise;
      await trx.insertInto("setting").values(setting("late")).execute();
    });
    await writing.promise;

    await other.transaction(async (trx) => {
      await serialiseWrites(trx);
      await trx.insertInto("setting").values(setting("other")).execute();
    });
    goOn.resolve();

    await expect(late).rejects.toMatchObject({ code: "storage-unavailable" });
    expect(await other.db.selectFrom("setting").select("key").execute()).toEqual([{ key: "other" }]);
  });

  it("may start at once on an empty database", async () => {
    const config = await open.config();

    const nodes = await Promise.all(Array.from({ length: 5 }, () => open.at(config)));

    const [node] = nodes;
    const head = await node?.db.selectFrom("journal_head").selectAll().execute();
    expect(head).toEqual([{ id: 1, seq: 0 }]);
  });

  it("hear each other's news", async () => {
    const config = await open.config();
    const [here, there] = [await open.at(config), await open.at(config)];
    let hear = () => {};
    const stop = await there.listen(() => hear());
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });

    await here.notify();

    await heard;
    await stop();
  });

  it("never show a reader the half of what another commits meanwhile", async () => {
    const config = await open.config();
    const reader = await open.at(config);
    const writer = await open.at(config);
    const keys = async (trx: typeof reader.db) =>
      (await trx.selectFrom("setting").select("key").execute()).map(({ key }) => key);

    const seen = await reader.readAtOneMoment(async (trx) => {
      const before = await keys(trx);
      await writer.db.insertInto("setting").values(setting("a")).execute();
      return [before, await keys(trx)];
    });

    expect(seen).toEqual([[], []]);
    expect(await keys(reader.db)).toEqual(["a"]);
  });

  it("answer storage-unavailable while PostgreSQL is gone, and go on when it is back, listening too", async () => {
    const config = await open.config();
    const [here, there] = [await open.at(config), await open.at(config)];
    await here.db.insertInto("setting").values(setting("before")).execute();
    let hints = 0;
    let onHint = () => {};
    await there.listen(() => {
      hints += 1;
      onHint();
    });
    await cluster().stop();

    const unavailable = { code: "storage-unavailable", retryAfterSeconds: expect.any(Number) };
    await expect(here.db.selectFrom("setting").selectAll().execute()).rejects.toMatchObject(unavailable);
    await expect(here.transaction(async (trx) => trx.selectFrom("setting").execute())).rejects.toMatchObject(
      unavailable,
    );
    const hintsBefore = hints;
    const reconnected = new Promise<void>((resolve) => {
      onHint = () => {
        if (hints > hintsBefore) resolve();
      };
    });
    await cluster().start();

    expect(await here.db.selectFrom("setting").select("key").execute()).toEqual([{ key: "before" }]);
    await reconnected;
  });

  it("lose only the transaction that PostgreSQL cut off", async () => {
    const { db, transaction } = await open();

    const cut = transaction(async (trx) => {
      await trx.insertInto("setting").values(setting("cut")).execute();
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx);
    });

    await expect(cut).rejects.toMatchObject({ code: "storage-unavailable" });
    expect(await db.selectFrom("setting").selectAll().execute()).toEqual([]);
  });

  it("say that a NUL character cannot be stored", async () => {
    const { db } = await open();

    const writing = db.insertInto("setting").values(setting("a\0b")).execute();

    await expect(writing).rejects.toMatchObject({ code: "invalid-request" });
  });
});
