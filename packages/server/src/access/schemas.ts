import { z } from "zod";
import { ROLES } from "../http/access-rule.ts";
import { environmentKey, reason, timestamp } from "../http/schemas.ts";

export const role = z.enum(ROLES).describe("admin | operator | viewer | client | telemetry").meta({ id: "Role" });

export const createTokenBody = z
  .strictObject({
    name: z.string().trim().min(1).max(100).describe("For people: who or what uses it"),
    role,
    environment: environmentKey
      .nullable()
      .optional()
      .describe("Absent or null: every environment; client and telemetry need one"),
  })
  .meta({ id: "CreateToken" });

export const token = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    environment: z.string().nullable(),
    createdAt: timestamp,
    createdBy: z.string(),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: "Token" });

export const tokenList = z.object({ items: z.array(token) }).meta({ id: "TokenList" });

export const createdToken = token
  .extend({ token: z.string().describe("The secret: shown this once") })
  .meta({ id: "CreatedToken" });

export const createEnvironmentBody = z
  .strictObject({
    key: environmentKey,
    name: z.string().trim().min(1).max(100).optional(),
    copyFlagsFrom: environmentKey.optional().describe("Flags start as they are there; default: production"),
    reason: reason.optional(),
  })
  .meta({ id: "CreateEnvironment" });

export const environment = z
  .object({ key: z.string(), name: z.string(), createdAt: timestamp })
  .meta({ id: "Environment" });

export const environmentList = z.object({ items: z.array(environment) }).meta({ id: "EnvironmentList" });

export const signInBody = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: "SignIn" });

export const me = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role,
    environment: z.string().nullable(),
    via: z.enum(["token", "session"]),
  })
  .meta({ id: "Me" });
