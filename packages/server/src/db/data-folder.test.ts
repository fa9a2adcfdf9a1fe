import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataFolderInUseError, takeDataFolder } from "./data-folder.ts";

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "steadfast-folder-"));
});

afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** Another process that takes the folder, says so, and stays until it is killed. */
async function startOwner(folder: string) {
  const module = new URL("./data-folder.ts", import.meta.url).href;
  const program = `
    const { takeDataFolder } = await import(${JSON.stringify(module)});
    takeDataFolder(${JSON.stringify(folder)});
    process.stdout.write("owned");
    setInterval(() => {}, 1_000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(owner.stdout, "data");
  return owner;
}

describe("the data folder", () => {
  it("is made for its owner only", () => {
    const folder = join(parent, "deep", "data");

    const { release } = takeDataFolder(folder);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    release();
  });

  it("has one owner: a second process is told which folder and who owns it", async () => {
    const owner = await startOwner(parent);

    expect(() => takeDataFolder(parent)).toThrow(DataFolderInUseError);
    expect(() => takeDataFolder(parent)).toThrow(
      `${parent} is in use by another Steadfast server (process ${owner.pid}`,
    );

    owner.kill("SIGKILL");
    await once(owner, "exit");
  });

  it("is free when its owner was killed", async () => {
    const owner = await startOwner(parent);
    owner.kill("SIGKILL");
    await once(owner, "exit");

    const { release } = takeDataFolder(parent);

    release();
  });

  it("is free when its owner has let it go", () => {
    takeDataFolder(parent).release();

    takeDataFolder(parent).release();
  });
});
