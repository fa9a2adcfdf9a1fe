import { type ScopedTold, serviceScope } from "@steadfast/core/delivery/scope";
import { expect, it } from "vitest";
import { describeOnEachStore } from "../db/test-databases.ts";
import { BY_TEST } from "../journal/journal.fixture.ts";
import { createJournal } from "../journal/journal.ts";
import { deliveryProjector } from "./projection.ts";
import { createRecorder } from "./recorder.ts";

const SENDERS = 40;

const deployment = (messageId: string, more: object = {}): ScopedTold => ({
  ...{ kind: "deployment", source: "ci", scope: serviceScope("shop"), environment: "production" },
  ...{ subject: "d1", messageId, atMs: 1 },
  told: { service: "shop", environment: "production", ...more },
});

describeOnEachStore("what is told at the same time", (open) => {
  async function openRecorder() {
    const database = await open();
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
    return { record: createRecorder(journal), journal, stored };
  }

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
