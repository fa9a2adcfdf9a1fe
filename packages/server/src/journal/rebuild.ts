import type { Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { serialiseWrites } from "../db/serialise-writes.ts";
import type { Tables } from "../db/tables.ts";
import { type Projector, projectEvents } from "./projector.ts";
import { readEvents } from "./read.ts";

const EVENTS_PER_PAGE = 500;

/** Empties the projectors' tables and projects the whole journal again. Appends wait until it is done. */
export async function rebuildProjections(
  database: Database,
  projectors: readonly Projector[],
): Promise<{ readonly events: number }> {
  return database.transaction((trx) => rebuildIn(trx, projectors));
}

/** As `rebuildProjections`, in the caller's transaction. */
export async function rebuildIn(
  trx: Transaction<Tables>,
  projectors: readonly Projector[],
): Promise<{ readonly events: number }> {
  await serialiseWrites(trx);
  for (const projector of projectors) {
    for (const table of projector.tables) await trx.deleteFrom(table).execute();
  }
  let events = 0;
  for (let afterSeq = 0; ; ) {
    const page = await readEvents(trx, { afterSeq, limit: EVENTS_PER_PAGE, order: "asc" });
    await projectEvents(projectors, trx, page);
    events += page.length;
    const last = page.at(-1);
    if (!last) return { events };
    afterSeq = last.seq;
  }
}
