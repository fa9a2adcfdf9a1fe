import { setImmediate as nextTurn } from "node:timers/promises";
import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { storedAs } from "../db/stored-json.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { BY_TEST } from "../journal/journal.fixture.ts";
import { createJournal, type Journal } from "../journal/journal.ts";
import type { DeliveryTold } from "./events.ts";
import { deliveryProjector } from "./projection.ts";
import { createRecorder } from "./recorder.ts";

const SENDERS = 40;

/** What somebody sends: to which of two nodes, after how many turns, as whom, and of which messages, perhaps of one twice. */
const sending = fc.record({
  node: fc.constantFrom(0, 1),
  turn: fc.nat(20),
  actor: fc.constantFrom("a", "b"),
  ids: fc.array(fc.nat(150), { minLength: 1, maxLength: 200, size: "max" }),
});

const deployment = (messageId: string, more: object = {}): ScopedTold => ({
  ...{ kind: "deployment", source: "ci", scope: serviceScope("shop"), environment: "production" },
  ...{ subject: "d1", messageId, atMs: 1 },
  told: { service: "shop", environment: "production", ...more },
});

async function recorderOf(database: Database) {
  let ids = 0;
  const newId = (prefix: string) => {
    ids += 1;
    return `${prefix}_${ids}`;
  };
  const journal = await createJournal({ database, projectors: [deliveryProjector], nowMs: () => 1_000, newId });
  const stored = async () => {
    const rows = await database.db.selectFrom("delivery_telling").select(["message_id", "told"]).execute();
    return rows.sort((a, b) => (a.message_id < b.message_id ? -1 : 1));
  };
  const transactions = { count: 0 };
  const counted: Journal = {
    ...journal,
    transaction: (run) => {
      transactions.count += 1;
      return journal.transaction(run);
    },
  };
  return { record: createRecorder(counted), journal, stored, transactions };
}

/** Every message of the journal, in its order. */
async function messagesOf(journal: Journal): Promise<string[]> {
  const events = await journal.read({ limit: 100_000, order: "asc" });
  return events.flatMap(({ data }) => storedAs<DeliveryTold>(data).tellings.map(({ messageId }) => messageId));
}

describeOnEachStore("what is told at the same time", (open) => {
  const openRecorder = async () => recorderOf(await open());

  it("is each stored once, and told to one of those who sent it", async () => {
    const { record, stored } = await openRecorder();
    const batch = (sender: number) => [deployment(`own-${sender}`), deployment("of-all"), deployment("of-all")];

    const answers = await Promise.all(Array.from({ length: SENDERS }, (_, sender) => record(batch(sender), BY_TEST)));

    expect(answers.map(({ recorded }) => recorded)).toEqual([2, ...Array.from({ length: SENDERS - 1 }, () => 1)]);
    expect(answers.every(({ recorded, duplicates }) => recorded + duplicates === 3)).toBe(true);
    expect(await stored()).toHaveLength(SENDERS + 1);
  });

  it("believes the first sender of a message that comes with two contents", async () => {
    const { record, stored } = await openRecorder();

    await Promise.all(["a", "b", "c"].map((name) => record([deployment("m1", { name })], BY_TEST)));

    expect(await stored()).toMatchObject([{ told: expect.stringContaining('"name":"a"') }]);
  });

  it("shares one transaction, in which each actor has events of its own", async () => {
    const { record, journal } = await openRecorder();
    const by = (id: string) => ({ actor: { kind: "token" as const, id, name: id }, reason: null });

    await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) =>
        record([deployment(`m-${sender}`)], by(sender % 2 === 0 ? "even" : "odd")),
      ),
    );

    // The first one did not wait; all others did, for its end.
    const events = await journal.read({ limit: 100, order: "asc" });
    expect(events.map(({ actor }) => actor.id)).toEqual(["even", "odd", "even"]);
  });

  it("does not lose the others when one cannot be stored", async () => {
    const { record, stored } = await openRecorder();
    const told = (messageId: string) => record([deployment(messageId)], BY_TEST);

    const outcomes = await Promise.allSettled([
      ...[told("m1"), told("m2")],
      record([deployment("m3", { name: 1n })], BY_TEST),
      told("m4"),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect((await stored()).map((row) => row.message_id)).toEqual(["m1", "m2", "m4"]);
  });

  it("is each recorded once, whatever is sent to which node, together or after, by whom, and again", async () => {
    const config = await open.config();
    const first = await open.at(config);
    // A data folder has one owner: what would be another node is another recorder on the same connection there.
    const second = open.kind === "sqlite" ? first : await open.at(config);
    const nodes = [await recorderOf(first), await recorderOf(second)] as const;
    let runs = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(sending, { minLength: 1, maxLength: 12 }), async (sendings) => {
        runs += 1;
        const own = `run-${runs}/`;
        const answers = await Promise.all(
          sendings.map(async ({ node, turn, actor, ids }) => {
            for (let waited = 0; waited < turn; waited += 1) await nextTurn();
            const tellings = ids.map((id) => deployment(`${own}${id}`));
            return nodes[node].record(tellings, { ...BY_TEST, actor: { ...BY_TEST.actor, id: actor } });
          }),
        );

        const sent = new Set(sendings.flatMap(({ ids }) => ids.map((id) => `${own}${id}`)));
        const told = (await messagesOf(nodes[0].journal)).filter((id) => id.startsWith(own));
        const stored = (await nodes[0].stored()).filter((row) => row.message_id.startsWith(own));
        expect(told.sort()).toEqual([...sent].sort());
        expect(stored.map((row) => row.message_id)).toEqual([...sent].sort());
        expect(answers.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(sent.size);
        expect(answers.map(({ recorded, duplicates }) => recorded + duplicates)).toEqual(
          sendings.map(({ ids }) => ids.length),
        );
      }),
      { numRuns: 15 },
    );
  });

  it("is the same when it is made from the journal again, however much was told at once", async () => {
    const { record, journal, stored } = await openRecorder();
    await record(
      Array.from({ length: 6_000 }, (_, nth) => deployment(`m${nth}`)),
      BY_TEST,
    );
    const before = await stored();

    await journal.rebuild();

    expect(before).toHaveLength(6_000);
    expect(await stored()).toEqual(before);
  });

  it("finds the one of a thousand that cannot be stored in a few transactions", async () => {
    const { record, stored, transactions } = await openRecorder();
    const told = (nth: number) => record([deployment(`m${nth}`, nth === 700 ? { name: 1n } : {})], BY_TEST);

    const outcomes = await Promise.allSettled(Array.from({ length: 1_000 }, (_, nth) => told(nth)));

    expect(outcomes.flatMap(({ status }, nth) => (status === "rejected" ? [nth] : []))).toEqual([700]);
    expect(await stored()).toHaveLength(999);
    // The first one, who did not wait, and the halves of a group of 999: ten of them with the fault, ten without, and the group.
    expect(transactions.count).toBeLessThanOrEqual(1 + 1 + 2 * 10);
  });

  it("does not refuse the others of a group of large batches when one of them cannot be stored", async () => {
    const { record, stored } = await openRecorder();
    // PostgreSQL itself refuses a NUL character, in the middle of the transaction; SQLite takes it, but no JSON has such a number.
    const unstorable =
      open.kind === "postgres" ? { ...deployment("bad"), scope: "service/\u0000" } : deployment("bad", { name: 1n });
    const batch = (name: string, last: string) =>
      record([...Array.from({ length: 200 }, (_, nth) => deployment(`${name}-${nth}`)), deployment(last)], BY_TEST);

    const outcomes = await Promise.allSettled([
      ...[batch("first", "first"), batch("before", "before")],
      record([...Array.from({ length: 200 }, (_, nth) => deployment(`bad-${nth}`)), unstorable], BY_TEST),
      batch("after", "after"),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    const names = (await stored()).map(({ message_id }) => message_id.split("-")[0]);
    expect(new Set(names)).toEqual(new Set(["first", "before", "after"]));
    expect(names).toHaveLength(3 * 201);
  });

  it("does not refuse the others when the store refuses what one wrote, as PostgreSQL refuses a NUL character", async () => {
    const { record, stored } = await openRecorder();
    const told = (messageId: string, scope = serviceScope("shop")) =>
      record([{ ...deployment(messageId), scope }], BY_TEST);

    const outcomes = await Promise.allSettled([told("m1"), told("m2"), told("m3", "service/\u0000"), told("m4")]);

    expect([outcomes[0], outcomes[1], outcomes[3]].map((outcome) => outcome?.status)).toEqual(
      Array.from({ length: 3 }, () => "fulfilled"),
    );
    expect((await stored()).map((row) => row.message_id)).toEqual(expect.arrayContaining(["m1", "m2", "m4"]));
  });
});
