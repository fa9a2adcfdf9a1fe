import { existsSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createToken, readJournal } from "./api.ts";
import { startScript } from "./child-process.ts";
import { runCli } from "./cli-process.ts";
import { createFlag } from "./guarded-rollout.ts";
import { SERVER_MAIN, startServer } from "./server-process.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "steadfast-e2e-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("steadfast backup and restore", () => {
  it("are one command each: a running server is backed up, and a server on what was restored knows everything", async () => {
    const file = join(folder, "steadfast.backup");
    const server = await startServer({ dataDir: join(folder, "data") });
    await createFlag(server.api, "kept", "shop");
    const { token } = await createToken(server.api, "viewer", null);
    const env = { STEADFAST_URL: server.url, STEADFAST_TOKEN: server.adminToken };

    const backup = await runCli(["backup", file, "--json"], { env });
    const refused = await runCli(["backup", file, "--offline", "--data-dir", server.dataDir], { env });
    await createFlag(server.api, "later");
    const before = await readJournal(server.api);
    await server.stop();
    const restore = await runCli(["restore", file, "--data-dir", join(folder, "restored")]);
    const again = await runCli(["restore", file, "--data-dir", join(folder, "restored")]);
    const restored = await startServer({ dataDir: join(folder, "restored") });
    const after = await readJournal(restored.api.as(token));
    await restored.stop();

    expect(JSON.parse(backup.stdout)).toMatchObject({ events: after.length });
    expect(refused).toMatchObject({ code: 1, log: expect.stringContaining("is in use by another Steadfast server") });
    expect(restore).toMatchObject({ code: 0, log: expect.stringContaining(`Restored ${file}`) });
    expect(again).toMatchObject({ code: 1, log: expect.stringContaining("empty data folder or database only") });
    expect(after).toEqual(before.slice(0, after.length));
    expect(before.length).toBeGreaterThan(after.length);
  });

  it("leave no half file under its name when they are killed with SIGKILL", async () => {
    const file = join(folder, "steadfast.backup");
    const server = await startServer({ dataDir: join(folder, "data") });
    const env = { STEADFAST_URL: server.url, STEADFAST_TOKEN: server.adminToken };
    const child = startScript(SERVER_MAIN, ["backup", file], { env });
    const watching = watch(folder, () => void child.kill("SIGKILL"));

    const { signal } = await child.exited;
    watching.close();
    const hasName = existsSync(file);
    const next = await runCli(["backup", file], { env });
    const read = await runCli(["restore", file, "--data-dir", join(folder, "restored")]);
    await server.stop();

    expect({ signal, hasName }).toEqual({ signal: "SIGKILL", hasName: false });
    expect(next.code).toBe(0);
    expect(read.code).toBe(0);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });
});
