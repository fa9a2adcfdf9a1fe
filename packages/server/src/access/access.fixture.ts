import type { Database } from "../db/database.ts";
import { authenticate } from "../http/authenticate.ts";
import { createApp } from "../http/create-app.ts";
import { SILENT } from "../http/http.fixture.ts";
import { newId } from "../http/ids.ts";
import { createJournal } from "../journal/journal.ts";
import { journalRoutes } from "../journal/routes.ts";
import type { OnEnvironmentCreated } from "./environments.ts";
import { ensureFirstStart } from "./first-start.ts";
import { createPrincipals } from "./principals.ts";
import { accessProjector } from "./projection.ts";
import { accessRoutes } from "./routes.ts";

export const ADMIN_TOKEN = "an-admin-token-for-tests";

/** A node with the access noun and the journal's routes on `database`. `close` leaves the database open. */
export async function openAccess(
  database: Database,
  more: { readonly onEnvironmentCreated?: OnEnvironmentCreated; readonly publicUrl?: string } = {},
) {
  const clock = { nowMs: Date.parse("2026-01-01T00:00:00Z") };
  const nowMs = () => clock.nowMs;
  const journal = await createJournal({ database, projectors: [accessProjector], nowMs, newId });
  await ensureFirstStart({ journal, newId }, { adminToken: ADMIN_TOKEN });
  const principals = await createPrincipals({ database, journal, nowMs });
  const app = createApp({ logger: SILENT });
  authenticate(app, { findPrincipal: principals.find });
  await accessRoutes(app, {
    ...{ database, journal, principals, nowMs, newId, publicUrl: more.publicUrl },
    onEnvironmentCreated: more.onEnvironmentCreated ?? (async () => {}),
  });
  await journalRoutes(app, { journal, database });

  const send = (method: "GET" | "POST" | "DELETE", url: string, payload?: object, token: string = ADMIN_TOKEN) =>
    app.inject({
      ...{ method, url, headers: { authorization: `Bearer ${token}` } },
      ...(payload === undefined ? {} : { payload }),
    });
  return {
    ...{ app, clock, journal, principals, send },
    createToken: async (token: object): Promise<{ id: string; token: string }> =>
      (await send("POST", "/api/v1/tokens", { name: "test", ...token })).json(),
    close: async () => {
      await app.close();
      principals.close();
      await journal.close();
    },
  };
}
