import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { databasePath } from "./db/sqlite.ts";
import { backUpOffline } from "./offline.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "steadfast-offline-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function backUp(dataDir: string): Promise<unknown> {
  const loaded = loadConfig({ env: {}, flags: { "data-dir": dataDir } });
  if (!loaded.ok) throw new Error(loaded.faults.map(({ message }) => message).join("; "));
  return backUpOffline(loaded.config, join(folder, "steadfast.backup"));
}

describe("a backup without a server", () => {
  it("of a folder that is misspelled is refused in words, and makes no such folder", async () => {
    const misspelled = join(folder, "dat");

    await expect(backUp(misspelled)).rejects.toThrow("There is no data of a Steadfast server");

    expect(existsSync(misspelled)).toBe(false);
  });

  it("of a store that cannot be read is refused, and leaves no file", async () => {
    writeFileSync(databasePath(folder), "");

    await expect(backUp(folder)).rejects.toThrow("schema_migration");

    expect(existsSync(join(folder, "steadfast.backup"))).toBe(false);
    expect(existsSync(join(folder, "steadfast.backup.partial"))).toBe(false);
  });
});
