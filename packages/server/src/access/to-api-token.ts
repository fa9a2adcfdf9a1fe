import type { z } from "zod";
import type { Tables } from "../db/tables.ts";
import { role, type token } from "./schemas.ts";

/** As the API tells it: never with its secret's hash. */
export function toApiToken(row: Tables["token"]): z.infer<typeof token> {
  return {
    id: row.id,
    name: row.name,
    role: role.parse(row.role),
    environment: row.environment,
    createdAt: new Date(row.created_at_ms).toISOString(),
    createdBy: row.created_by,
    revokedAt: row.revoked_at_ms === null ? null : new Date(row.revoked_at_ms).toISOString(),
  };
}
