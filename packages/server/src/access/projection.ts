import { storedAs } from "../db/stored-json.ts";
import { oneByOne, type Projector } from "../journal/projector.ts";
import type { EnvironmentCreated, TokenCreated, TokenRevoked } from "./events.ts";

export const accessProjector: Projector = {
  name: "access",
  eventTypes: ["environment.", "token."],
  tables: ["environment", "token"],
  project: oneByOne(async (trx, event) => {
    if (event.type === "environment.created") {
      const { key, name } = storedAs<EnvironmentCreated>(event.data);
      await trx.insertInto("environment").values({ key, name, created_at_ms: event.occurredAtMs }).execute();
    }
    if (event.type === "token.created") {
      const { id, name, role, environment, secretHash } = storedAs<TokenCreated>(event.data);
      await trx
        .insertInto("token")
        .values({
          id,
          name,
          role,
          environment,
          secret_hash: secretHash,
          created_at_ms: event.occurredAtMs,
          created_by: event.actor.name,
          revoked_at_ms: null,
        })
        .execute();
    }
    if (event.type === "token.revoked") {
      const { id } = storedAs<TokenRevoked>(event.data);
      await trx.updateTable("token").set({ revoked_at_ms: event.occurredAtMs }).where("id", "=", id).execute();
    }
  }),
};
