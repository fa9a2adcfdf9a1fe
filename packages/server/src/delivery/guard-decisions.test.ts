import { expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { newId } from "../http/ids.ts";
import type { Actor } from "../journal/event.ts";
import { createJournal, type Journal } from "../journal/journal.ts";
import { readGuardDecisions } from "./guard-decisions.ts";

const GUARD: Actor = { kind: "system", id: "guard", name: "the guard" };
const PERSON: Actor = { kind: "token", id: "tok_1", name: "Ada" };
const START_MS = Date.UTC(2026, 10, 1);

/** A journal whose clock goes on by a second with each event. */
async function open(database: Database): Promise<Journal> {
  let seconds = 0;
  const nowMs = () => START_MS + 1_000 * seconds++;
  return createJournal({ database, projectors: [], nowMs, newId });
}

async function addRollout(database: Database, id: string, service: string, environment = "production") {
  const state = { state: "running", is_active: 1, version: 1, body: "{}", started_at_ms: 1, ended_at_ms: null };
  const of = { id, environment, flag: "new-checkout", service, candidate: "on" };
  await database.db
    .insertInto("rollout")
    .values({ ...of, ...state, created_at_ms: 1, updated_at_ms: 1 })
    .execute();
}

async function append(journal: Journal, id: string, version: number, type: string, actor: Actor): Promise<void> {
  const event = { type: `rollout.${type}`, data: { flag: "new-checkout", sentence: `${type} ${version}` } };
  await journal.transaction((_trx, write) =>
    write([{ stream: `rollout/${id}`, expectedVersion: version, events: [event] }], { actor, reason: null }),
  );
}

describeOnEachStore("the guard's decisions", (openStore) => {
  it("are what it did by itself to the service's rollouts in the window, in order", async () => {
    const database = await openStore();
    const journal = await open(database);
    await addRollout(database, "rol_a", "shop");
    await addRollout(database, "rol_b", "other");
    await addRollout(database, "rol_c", "shop", "staging");
    await append(journal, "rol_a", 0, "stage-entered", PERSON);
    await append(journal, "rol_a", 1, "judged", GUARD);
    await append(journal, "rol_a", 2, "stage-entered", GUARD);
    await append(journal, "rol_a", 3, "paused", GUARD);
    await append(journal, "rol_a", 4, "rolled-back", GUARD);
    await append(journal, "rol_b", 0, "completed", GUARD);
    await append(journal, "rol_c", 0, "completed", GUARD);

    const of = { service: "shop", environment: "production", fromMs: START_MS, toMs: START_MS + 3_600_000 };
    const { decisions, total } = await readGuardDecisions(database.db, of);
    const [first] = decisions;
    const later = await readGuardDecisions(database.db, { ...of, fromMs: (first?.atMs ?? 0) + 1 });

    expect(decisions.map(({ rolloutId, did, sentence }) => [rolloutId, did, sentence])).toEqual([
      ["rol_a", "advanced", "stage-entered 2"],
      ["rol_a", "froze", "paused 3"],
      ["rol_a", "rolled back", "rolled-back 4"],
    ]);
    expect(total).toBe(3);
    expect(later.decisions.map(({ did }) => did)).toEqual(["froze", "rolled back"]);
  });

  it("are at most the newest 500, with how many there are", async () => {
    const database = await openStore();
    const journal = await open(database);
    await addRollout(database, "rol_a", "shop");
    const events = Array.from({ length: 510 }, (_, index) => ({
      ...{ type: "rollout.stage-entered", data: { flag: "new-checkout", sentence: `stage ${index}` } },
    }));
    await journal.transaction((_trx, write) =>
      write([{ stream: "rollout/rol_a", expectedVersion: 0, events }], { actor: GUARD, reason: null }),
    );

    const of = { service: "shop", environment: "production", fromMs: START_MS, toMs: START_MS + 3_600_000 };
    const { decisions, total } = await readGuardDecisions(database.db, of);

    expect([decisions.length, total]).toEqual([500, 510]);
    expect([decisions.at(0)?.sentence, decisions.at(-1)?.sentence]).toEqual(["stage 10", "stage 509"]);
  });
});
