import { existsSync } from "node:fs";
import { z } from "zod";
import { type createdToken, createTokenBody } from "./access/schemas.ts";
import { toApiToken } from "./access/to-api-token.ts";
import { createToken } from "./access/tokens.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/database.ts";
import { areMigrationsComplete, readMigrations } from "./db/migrate.ts";
import { openStore } from "./db/open-database.ts";
import { databasePath } from "./db/sqlite.ts";
import { newId } from "./http/ids.ts";
import { reason } from "./http/schemas.ts";
import type { Actor } from "./journal/event.ts";
import { createJournal } from "./journal/journal.ts";
import { PROJECTORS } from "./projectors.ts";

/** Whoever has the store has everything: what they do stands in the journal under this name. */
const OFFLINE_OPERATOR: Actor = { kind: "system", id: "offline", name: "operator (offline)" };

const request = createTokenBody.extend({ reason });

/**
 * Makes a token in the store itself, for whoever has no admin token left. On SQLite no server may run on the folder;
 * on PostgreSQL any may, and hears of the token within a second.
 *
 * @throws {DataFolderInUseError}, {ProblemError} as `createToken`, or an error whose message says what is wrong
 */
export async function createTokenOffline(config: Config, asked: unknown): Promise<z.infer<typeof createdToken>> {
  const parsed = request.safeParse(asked);
  if (!parsed.success) throw new Error(`The token cannot be made: ${z.prettifyError(parsed.error)}`);
  const { name, role, environment = null, reason: why } = parsed.data;
  const { database: where } = config;
  // Opening would make it: a folder that is misspelled is not to get a token.
  if (where.kind === "sqlite" && !existsSync(databasePath(where.dataDir)))
    throw new Error(`There is no data of a Steadfast server in ${where.dataDir}: name its folder with --data-dir.`);
  const database = openStore(where);
  try {
    await requireOwnTables(database);
    const journal = await createJournal({ database, projectors: PROJECTORS, nowMs: Date.now, newId });
    const provenance = { actor: OFFLINE_OPERATOR, reason: why };
    const { row, secret } = await createToken({ journal, newId }, { name, role, environment }, provenance);
    // Closing would cut off the news that the journal has just sent.
    await database.notify();
    await journal.close();
    return { ...toApiToken(row), token: secret };
  } finally {
    await database.close();
  }
}

/** What another version would have written beside the event is not known here. */
async function requireOwnTables(database: Database): Promise<void> {
  const names = await readMigrations(database.db).catch((error: unknown) => {
    throw new Error(
      "The store holds no data of a Steadfast server: start one on it, which makes the first admin token.",
      {
        cause: error,
      },
    );
  });
  if (areMigrationsComplete(names)) return;
  throw new Error(
    "The store is of another version of Steadfast than this program. Use the one that its server runs, or start this version's server on it first.",
  );
}
