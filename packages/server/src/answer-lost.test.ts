import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import type { DatabaseConfig } from "./db/database.ts";
import { describeOnEachStore } from "./db/test-databases.ts";
import { openTestNode } from "./node.fixture.ts";

const ROLLOUT = { kind: "flag", environment: "production", flag: "f", candidate: "on", reason: "try" };
const KEY = { "idempotency-key": "once" };
/** Longer than the time after which a request that "runs" is taken for dead. */
const LONG_AFTER_MS = 120_000;

/** A node that asks for a rollout, and dies by SIGKILL when the transaction that writes it is committed. */
async function dieBetweenWriteAndAnswer(config: DatabaseConfig): Promise<void> {
  const program = `
    import { DatabaseSync } from "node:sqlite";
    import pg from "pg";
    const { openTestNode } = await import(${JSON.stringify(new URL("./node.fixture.ts", import.meta.url).href)});
    let isWritten = false;
    const isArmed = { now: false };
    const after = (text) => {
      if (!isArmed.now) return;
      if (text.startsWith("insert into event ")) isWritten = true;
      if (text === "commit" && isWritten) process.kill(process.pid, "SIGKILL");
    };
    const prepare = DatabaseSync.prototype.prepare;
    DatabaseSync.prototype.prepare = function (text) {
      const statement = prepare.call(this, text);
      const run = statement.run.bind(statement);
      statement.run = (...values) => {
        const result = run(...values);
        after(text);
        return result;
      };
      return statement;
    };
    const query = pg.Client.prototype.query;
    pg.Client.prototype.query = async function (text, ...rest) {
      const result = await query.call(this, text, ...rest);
      if (typeof text === "string") after(text);
      return result;
    };
    const { ask } = await openTestNode(${JSON.stringify(config)});
    await ask("POST", "/api/v1/flags", { key: "f" });
    isArmed.now = true;
    await ask("POST", "/api/v1/rollouts", ${JSON.stringify(ROLLOUT)}, ${JSON.stringify(KEY)});
    process.exit(0);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    stdio: "inherit",
  });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
}

describeOnEachStore("a server that dies between a write and its answer", (open) => {
  it("does not do it again when it is asked again with the same Idempotency-Key, and says that it was done", async () => {
    const config = await open.config();
    await dieBetweenWriteAndAnswer(config);
    const { node, ask } = await openTestNode(config, { nowMs: () => Date.now() + LONG_AFTER_MS });

    const again = await ask("POST", "/api/v1/rollouts", ROLLOUT, KEY);
    const other = await ask("POST", "/api/v1/rollouts", { ...ROLLOUT, reason: "another" }, KEY);
    const { items } = (await ask("GET", "/api/v1/rollouts")).body;
    await node.close();

    expect(again).toMatchObject({ status: 409, body: { code: "answer-lost" } });
    expect(other).toMatchObject({ status: 409, body: { code: "idempotency-key-reused" } });
    expect(items).toHaveLength(1);
  });
});
