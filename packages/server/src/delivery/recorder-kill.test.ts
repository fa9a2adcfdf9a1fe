import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { DatabaseConfig } from "../db/database.ts";
import { storedAs } from "../db/stored-json.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { createJournal } from "../journal/journal.ts";
import type { DeliveryTold } from "./events.ts";
import { deliveryProjector } from "./projection.ts";

const KILLS = 3;
const SENDERS = 8;
const TELLINGS_PER_BATCH = 100;
/** So that the kill comes amid a group of those who waited for the one before. */
const BATCHES_BEFORE_KILL = 3 * SENDERS;

/** Records batches for ever, several at once, and prints each one's name when it was acknowledged. */
function startRecording(config: DatabaseConfig, run: number) {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    const { openDatabase } = await import(${at("../db/open-database.ts")});
    const { createJournal } = await import(${at("../journal/journal.ts")});
    const { deliveryProjector } = await import(${at("./projection.ts")});
    const { createRecorder } = await import(${at("./recorder.ts")});
    const database = await openDatabase(${JSON.stringify(config)});
    const journal = await createJournal({ database, projectors: [deliveryProjector], nowMs: Date.now, newId: (p) => p });
    const record = createRecorder(journal);
    const by = { actor: { kind: "system", id: "test", name: "test" }, reason: null };
    const scoped = { kind: "deployment", source: "ci", scope: "service/shop", environment: "production", atMs: 1 };
    const send = async (sender) => {
      for (let count = 0; ; count += 1) {
        const name = "${run}-" + sender + "-" + count;
        const tellings = Array.from({ length: ${TELLINGS_PER_BATCH} }, (_, nth) =>
          ({ ...scoped, subject: name, messageId: name + "/" + nth, told: { name } }));
        await record(tellings, by);
        process.stdout.write(name + "\\n");
      }
    };
    for (let sender = 0; sender < ${SENDERS}; sender += 1) void send(sender);`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
}

async function recordUntilKilled(config: DatabaseConfig, run: number): Promise<string[]> {
  const recording = startRecording(config, run);
  const exited = once(recording, "exit");
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: recording.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === BATCHES_BEFORE_KILL + run) recording.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}

/** How many messages of each batch there are. */
function countByBatch(messageIds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of messageIds) {
    const batch = id.split("/")[0] ?? "";
    counts.set(batch, (counts.get(batch) ?? 0) + 1);
  }
  return counts;
}

describeOnEachStore("a recorder that is killed with SIGKILL amid groups of batches", (open) => {
  it("loses no batch that it acknowledged, keeps none by halves and no message twice", async () => {
    const config = await open.config();
    const acknowledged: string[] = [];

    for (let run = 0; run < KILLS; run += 1) acknowledged.push(...(await recordUntilKilled(config, run)));

    const database = await open.at(config);
    const journal = await createJournal({
      ...{ database, projectors: [deliveryProjector], nowMs: Date.now },
      newId: (prefix) => prefix,
    });
    const events = await journal.read({ limit: 100_000, order: "asc" });
    const told = events.flatMap(({ data }) => storedAs<DeliveryTold>(data).tellings.map(({ messageId }) => messageId));
    const stored = await database.db.selectFrom("delivery_telling").select("message_id").execute();
    const batches = countByBatch(told);
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * BATCHES_BEFORE_KILL);
    expect(acknowledged.filter((batch) => !batches.has(batch))).toEqual([]);
    expect([...batches].filter(([, count]) => count !== TELLINGS_PER_BATCH)).toEqual([]);
    expect(new Set(told).size).toBe(told.length);
    expect(stored.map((row) => row.message_id).sort()).toEqual(told.sort());
  });
});
