import { expect, it } from "vitest";
import { describeOnEachStore, describePostgres } from "../db/test-databases.ts";
import { appendTo, BY_TEST, collect, openJournal } from "./journal.fixture.ts";

const EVENTS = 200;
const WRITERS = 10;

describeOnEachStore("the journal", (open) => {
  it("numbers events over all streams and within each", async () => {
    const journal = await openJournal(await open());

    const events = await journal.append(
      [appendTo("a", 0, "counted.x", "counted.y"), appendTo("b", 0, "other"), appendTo("a", 2, "whole")],
      BY_TEST,
    );

    expect(events.map(({ seq, stream, version }) => [seq, stream, version])).toEqual([
      [1, "a", 1],
      [2, "a", 2],
      [3, "b", 1],
      [4, "a", 3],
    ]);
    expect(await journal.read({ limit: 10, order: "asc" })).toEqual(events);
    expect(await journal.headSeq()).toBe(4);
  });

  it("refuses an append to a stream that somebody else has moved on, and keeps nothing of it", async () => {
    const { db, ...rest } = await open();
    const journal = await openJournal({ db, ...rest });
    await journal.append([appendTo("a", 0, "counted.x")], BY_TEST);

    const late = journal.append([appendTo("b", 0, "counted.x"), appendTo("a", 0, "counted.x")], BY_TEST);

    await expect(late).rejects.toMatchObject({
      code: "write-conflict",
      message: expect.stringContaining("version 1, not 0"),
    });
    expect(await journal.headSeq()).toBe(1);
    expect(await db.selectFrom("setting").selectAll().execute()).toEqual([{ key: "a", value: "1" }]);
  });

  it("adds to a stream whichever version it is at when nothing is decided on it, and numbers on from there", async () => {
    const journal = await openJournal(await open());
    const any = { ...appendTo("a", 0, "counted.x"), expectedVersion: "any" as const };

    await Promise.all(Array.from({ length: 5 }, () => journal.append([any, any], BY_TEST)));

    const versions = (await journal.readStream("a")).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
  });

  it("lets one of many that decide on the same version win", async () => {
    const journal = await openJournal(await open());

    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => journal.append([appendTo("a", 0, "counted.x")], BY_TEST)),
    );

    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await journal.readStream("a")).toHaveLength(1);
  });

  it("writes what comes with an append in the same transaction, or nothing", async () => {
    const database = await open();
    const journal = await openJournal(database);

    const failing = journal.append([appendTo("a", 0, "counted.x")], BY_TEST, async (trx) => {
      await trx.insertInto("setting").values({ key: "also", value: "1" }).execute();
      throw new Error("no");
    });

    await expect(failing).rejects.toThrow("no");
    expect(await journal.headSeq()).toBe(0);
    expect(await database.db.selectFrom("setting").selectAll().execute()).toEqual([]);
  });

  it("projects only the types a projector follows", async () => {
    const database = await open();
    const journal = await openJournal(database);

    await journal.append([appendTo("a", 0, "counted", "counted.x", "whole", "wholesale")], BY_TEST);

    expect(await database.db.selectFrom("setting").selectAll().execute()).toEqual([{ key: "a", value: "2" }]);
  });

  it("rebuilds its projections to what they were", async () => {
    const database = await open();
    const journal = await openJournal(database);
    for (let version = 0; version < 20; version += 1) {
      await journal.append([appendTo("a", version, "counted.x"), appendTo(`b-${version}`, 0, "whole")], BY_TEST);
    }
    const live = await database.db.selectFrom("setting").selectAll().orderBy("key").execute();
    await database.db.insertInto("setting").values({ key: "stale", value: "9" }).execute();

    const { events } = await journal.rebuild();

    expect(events).toBe(40);
    expect(await database.db.selectFrom("setting").selectAll().orderBy("key").execute()).toEqual(live);
  });

  it("gives a tail every event once, in order, while many append", async () => {
    const journal = await openJournal(await open());
    await journal.append([appendTo("before", 0, "other")], BY_TEST);
    const following = collect(journal, 1, EVENTS);

    // As many at once as there are connections: a starved machine lets no more of them wait than a store allows.
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let version = 0; version < EVENTS / WRITERS; version += 1) {
        await journal.append([appendTo(`s-${writer}`, version, "other")], BY_TEST);
      }
    });
    await Promise.all(writers);

    expect((await following).map(({ seq }) => seq)).toEqual(Array.from({ length: EVENTS }, (_, index) => index + 2));
  });

  it("gives a tail the same events again when its consumer threw", async () => {
    const journal = await openJournal(await open());
    await journal.append([appendTo("a", 0, "other")], BY_TEST);
    const seen: number[] = [];

    await new Promise<void>((resolve) => {
      const stop = journal.tail(0, ([event]) => {
        seen.push(event?.seq ?? 0);
        if (seen.length === 1) throw new Error("not now");
        stop();
        resolve();
      });
    });

    expect(seen).toEqual([1, 1]);
  });

  it("reads for a tail only the types that it follows, and tells it how far the journal is", async () => {
    const journal = await openJournal(await open());
    const append = (stream: string, ...types: string[]) => journal.append([appendTo(stream, 0, ...types)], BY_TEST);
    const [seen, onlyHow]: [number[], number[]] = [[], []];
    let upTo = [0, 0];
    await append("a", "counted.once", "other");
    const stops = [
      journal.tail(
        0,
        (events, upToSeq) => {
          seen.push(...events.map(({ seq }) => seq));
          upTo = [upToSeq, upTo[1] ?? 0];
        },
        ["counted."],
      ),
      journal.tail(
        0,
        (events, upToSeq) => {
          onlyHow.push(...events.map(({ seq }) => seq));
          upTo = [upTo[0] ?? 0, upToSeq];
        },
        [],
      ),
    ];

    await append("b", "other", "counted.twice", "other");
    await expect.poll(() => upTo).toEqual([5, 5]);
    for (const stop of stops) stop();

    expect(seen).toEqual([1, 4]);
    expect(onlyHow).toEqual([]);
  });

  it("finds events by range, stream, type and environment", async () => {
    const database = await open();
    const journal = await openJournal(database);
    await database.db
      .insertInto("rollout")
      .values({
        ...{ id: "rol_1", environment: "staging", flag: "f", service: "", candidate: "on", state: "running" },
        ...{
          is_active: 1,
          version: 1,
          body: "{}",
          created_at_ms: 0,
          updated_at_ms: 0,
          started_at_ms: null,
          ended_at_ms: null,
        },
      })
      .execute();
    const streams = [
      "flag/f",
      "flag/staging/f",
      "flag/staging-2/f",
      "rollout/rol_1",
      "rollout/rol_2",
      "environment/staging",
    ];
    await journal.append(
      streams.map((stream) => appendTo(stream, 0, stream.split("/")[0] ?? "", "other.x")),
      BY_TEST,
    );
    const seqs = async (query: object) =>
      (await journal.read({ limit: 100, order: "asc", ...query })).map(({ seq }) => seq);

    expect(await seqs({ afterSeq: 2, beforeSeq: 5 })).toEqual([3, 4]);
    expect(await seqs({ afterSeq: 2, limit: 2, order: "desc" })).toEqual([12, 11]);
    expect(await seqs({ stream: "flag/f" })).toEqual([1, 2]);
    expect(await seqs({ types: ["rollout"] })).toEqual([7, 9]);
    expect(await seqs({ types: ["other."], beforeSeq: 5 })).toEqual([2, 4]);
    expect(await seqs({ types: ["other"] })).toEqual([]);
    expect(await seqs({ environment: "staging" })).toEqual([3, 4, 7, 8, 11, 12]);
  });
});

/** Of each node, at once. They come one after the other, and the last one's wait for a connection must end within 5 s on a machine that is busy. */
const APPENDS = 20;

describePostgres("the journal of many nodes", (_cluster, open) => {
  it("has no gap for a tail on one node while all append", async () => {
    const config = await open.config();
    const journals = await Promise.all([1, 2, 3].map(async () => openJournal(await open.at(config))));
    const following = Promise.all(journals.map((journal) => collect(journal, 0, 3 * APPENDS)));

    await Promise.all(
      journals.flatMap((journal, node) =>
        Array.from({ length: APPENDS }, (_, index) =>
          journal.append([appendTo(`n-${node}-${index}`, 0, "other")], BY_TEST),
        ),
      ),
    );

    for (const events of await following) {
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 3 * APPENDS }, (_, index) => index + 1));
    }
    for (const journal of journals) await journal.close();
  });
});
