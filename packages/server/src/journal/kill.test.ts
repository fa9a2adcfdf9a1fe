import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import type { DatabaseConfig } from "../db/database.ts";
import { describeOnEachStore } from "../db/test-databases.ts";
import { openJournal } from "./journal.fixture.ts";

const ACKNOWLEDGED_BEFORE_KILL = 50;
const KILLS = 3;

/** Appends for ever, and prints each stream when its append was acknowledged. */
function startWriter(config: DatabaseConfig, run: number) {
  const database = new URL("../db/open-database.ts", import.meta.url).href;
  const fixture = new URL("./journal.fixture.ts", import.meta.url).href;
  const program = `
    const { openDatabase } = await import(${JSON.stringify(database)});
    const { openJournal, appendTo, BY_TEST } = await import(${JSON.stringify(fixture)});
    const journal = await openJournal(await openDatabase(${JSON.stringify(config)}));
    for (let index = 0; ; index += 1) {
      const stream = "run-${run}-" + index;
      await journal.append([appendTo(stream, 0, "counted.x")], BY_TEST);
      process.stdout.write(stream + "\\n");
    }`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
}

async function writeUntilKilled(config: DatabaseConfig, run: number): Promise<string[]> {
  const writer = startWriter(config, run);
  const exited = once(writer, "exit");
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === ACKNOWLEDGED_BEFORE_KILL) writer.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}

describeOnEachStore("a writer that is killed with SIGKILL", (open) => {
  it("loses no append that it acknowledged, and leaves no half of one", async () => {
    const config = await open.config();
    const acknowledged: string[] = [];

    for (let run = 0; run < KILLS; run += 1) acknowledged.push(...(await writeUntilKilled(config, run)));

    const database = await open.at(config);
    const journal = await openJournal(database);
    const events = await journal.read({ limit: 100_000, order: "asc" });
    const projected = await database.db.selectFrom("setting").select("key").execute();
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED_BEFORE_KILL);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(await journal.headSeq()).toBe(events.length);
    expect(new Set(projected.map(({ key }) => key))).toEqual(new Set(events.map(({ stream }) => stream)));
    expect(acknowledged.filter((stream) => !events.some((event) => event.stream === stream))).toEqual([]);
  });
});
