import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../../../cache-folder.ts";
import type { Io } from "../../io.ts";

/**
 * What happened since in the steps that are done is left to the next import, so that going on is for today's: tomorrow's of the same days begins anew. A wait for the
 * limits of a forge is an hour at a time.
 */
const RESUMED_WITHIN_MS = 6 * 3_600_000;

type Checkpoint = {
  read(): Promise<string[]>;
  write(done: readonly string[]): Promise<void>;
  remove(): Promise<void>;
};

/** Which steps of one import are done, so that one that was cut off goes on. What is sent twice counts once all the same. */
export function checkpointAt(io: Io, of: readonly string[]): Checkpoint {
  const name = createHash("sha256").update(of.join("\n")).digest("hex").slice(0, 24);
  const folder = cacheFolder(io.env, "imports");
  if (folder === undefined) return { read: async () => [], async write() {}, async remove() {} };
  const path = join(folder, `${name}.json`);
  return {
    async read() {
      try {
        const ageMs = io.nowMs() - (await stat(path)).mtimeMs;
        const stored: unknown = JSON.parse(await readFile(path, "utf8"));
        if (ageMs > RESUMED_WITHIN_MS || !Array.isArray(stored)) return [];
        return stored.filter((each) => typeof each === "string");
      } catch {
        // None, or half of one: the import begins anew, which costs time and nothing else.
        return [];
      }
    },
    async write(done) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, JSON.stringify(done));
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
